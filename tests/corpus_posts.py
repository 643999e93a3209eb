"""What a reader that knows nothing of mappings finds in samples of Bluesky, X and Mastodon; see
corpus_threads.py. Beside ids and times it compares the hashtags that the platform itself found, and
for the streams what else is said of posts.
"""
import json
from datetime import datetime
from decimal import Decimal

from corpus_threads import EPOCH, Found, rfc3339

# In place of an id that is made of the bytes of a post.
FINGERPRINT = "a fingerprint"
BLUESKY_POST = "app.bsky.feed.post"
BLUESKY_REPOST = "app.bsky.feed.repost"


class Events(Found):
    """Posts with hashtags, and the deletions and likes between them."""

    def add(self, post_id, created_at, hashtags=()):
        if created_at is None:
            self.unplaced.append((post_id, "no time"))
        else:
            bare = tuple(tag.removeprefix("#") for tag in hashtags)
            self.posts.append((post_id, created_at, bare))

    def say(self, op, post_id):
        self.posts.append((post_id, op))


def bluesky_tags(record):
    facets = [f for facet in record.get("facets", []) for f in facet["features"]]
    tags = [f["tag"] for f in facets if f["$type"] == "app.bsky.richtext.facet#tag"]
    return tags + record.get("tags", [])


def bluesky(document):
    found = Events()
    if document.get("$type") == BLUESKY_POST:
        # Nothing names it: its bytes do.
        found.add(FINGERPRINT, rfc3339(document["createdAt"]), bluesky_tags(document))
    for post in document.get("postRecords", []):
        record = post["value"]
        found.add(post["uri"], rfc3339(record["createdAt"]), bluesky_tags(record))
    commit = document.get("commit")
    if not isinstance(commit, dict) or "collection" not in commit:
        return found
    op = {"c": "create", "u": "update", "d": "delete"}.get(commit.get("type"))
    op, kind, record = commit.get("operation", op), commit["collection"], commit.get("record", {})
    post_id = f"at://{document['did']}/{kind}/{commit['rkey']}"
    if kind in (BLUESKY_POST, BLUESKY_REPOST):
        if op == "delete":
            found.say("delete", post_id)
        elif "createdAt" in record:
            found.add(post_id, rfc3339(record["createdAt"]), bluesky_tags(record))
        else:  # as others show it: when it was seen
            found.add(post_id, document["time_us"], bluesky_tags(record))
    elif kind == "app.bsky.feed.like" and op == "create":
        found.say("increment", record["subject"]["uri"])
    return found


def ctime(value):
    moment = datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")
    return int((moment - EPOCH).total_seconds()) * 1000000


def old_tweet(found, it):
    entities = it.get("extended_tweet", it).get("entities", {})
    tags = [tag["text"] for tag in entities.get("hashtags", [])]
    found.add(it.get("id_str", str(it.get("id"))), ctime(it["created_at"]), tags)


def x_v11(document):
    found = Events()
    for it in document.get("statuses", document.get("results", [document])):
        if "user" in it and "created_at" in it:
            old_tweet(found, it)
    return found


def gnip(document):
    if "verb" not in document:
        return x_v11(document)
    found = Events()
    entities = document.get("long_object", document)["twitter_entities"]
    tags = [tag["text"] for tag in entities.get("hashtags", [])]
    found.add(document["id"].split(":")[-1], rfc3339(document["postedTime"]), tags)
    return found


def time_of_id(number):
    """Of the ids that X gives out since November 2010."""
    return ((int(number) >> 22) + 1288834974657) * 1000


def x_v2(document):
    found = Events()
    data = document.get("data", document)
    for it in data if isinstance(data, list) else [data]:
        if "text" in it and "id" in it:
            entities = it.get("note_tweet", it).get("entities", it.get("entities", {}))
            tags = [tag["tag"] for tag in entities.get("hashtags", [])]
            created_at = it.get("created_at")
            found.add(it["id"], rfc3339(created_at) or time_of_id(it["id"]), tags)
        elif "action" in it:
            found.say(it["action"], it["id"])
    return found


def mastodon(document):
    found = Events()

    def status(it):
        if "account" in it and ("content" in it or "visibility" in it) or "content" in it:
            tags = [tag["name"] for tag in it.get("tags", [])]
            found.add(it["id"], rfc3339(it.get("created_at")), tags)

    if "payload" in document and document["event"] == "delete":
        found.say("delete", document["payload"])
        return found
    if "payload" in document:
        document = json.loads(document["payload"], parse_float=Decimal)
    for key in ("statuses", "ancestors", "descendants"):
        for it in document.get(key, []):
            status(it)
    for key in ("last_status", "status"):
        if isinstance(document.get(key), dict):
            status(document[key])
    status(document)
    return found


# By folder of the samples.
EXTRACTORS = {
    "jetstream": bluesky,
    "twitter_v2": x_v2,
    "twitter_v11": x_v11,
    "gnip_activity_streams": gnip,
    "mastodon": mastodon,
}
