"""What a reader that knows nothing of mappings finds in samples of Reddit, YouTube, Facebook,
Instagram and Hacker News: of each document the posts that decoding must give, as (id, created_at
in microseconds since 1970), in any order; and why others in it are none.

A post that says nowhere when it was written cannot be placed in time: it is listed with the reason.
"""
import re
import string
from datetime import datetime, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Found:
    """Of one document."""

    def __init__(self):
        self.posts = []  # (id, created_at in microseconds)
        self.unplaced = []  # (id or "", reason)

    def add(self, post_id, created_at):
        if created_at is None:
            self.unplaced.append((post_id, "no time"))
        else:
            self.posts.append((post_id, created_at))


def seconds(value):
    """Of JSON read with parse_int and parse_float left to Decimal."""
    return None if value is None else int(Decimal(str(value)) * 1000000)


def rfc3339(value):
    """Also with +0000."""
    if value is None:
        return None
    got = re.fullmatch(r"(.{19})(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)", value)
    zone = "+0000" if got[3] == "Z" else got[3].replace(":", "")
    moment = datetime.strptime(got[1] + zone, "%Y-%m-%dT%H:%M:%S%z")
    whole = int((moment - EPOCH).total_seconds()) * 1000000
    return whole + int(((got[2] or "") + "000000")[:6])


def reddit(document):
    """Things with `kind`; or, as in dumps, without: a comment has a body."""
    found = Found()
    data = document.get("data", document)
    kind = document.get("kind") or ("t1" if "body" in data else "t3")
    name = f"{kind}_{data['id']}"
    assert data.get("name", name) == name, name
    found.add(name, seconds(data["created_utc"]))
    return found


def youtube(document):
    found = Found()

    def resource(it):
        kind, snippet = it.get("kind"), it.get("snippet", {})
        if "topLevelComment" in it:  # the snippet of a thread alone
            resource(it["topLevelComment"])
        elif kind == "youtube#commentThread":
            resource(snippet["topLevelComment"])
            for reply in it.get("replies", {}).get("comments", []):
                resource(reply)
        elif kind in ("youtube#comment", "youtube#video"):
            found.add(it["id"], rfc3339(snippet["publishedAt"]))

    for it in document.get("items", [document]):
        resource(it)
    return found


def resources(document):
    """What an answer of the Graph API holds: a list, one, or several by their ids."""
    if isinstance(document.get("data"), list):
        return document["data"]
    values = list(document.values())
    by_id = all(isinstance(value, dict) and "id" in value for value in values)
    return values if by_id else [document]


def facebook(document):
    found = Found()

    def is_post(it):
        return ("created_time" in it or "creation_time" in it) and "member_count" not in it

    def post_id(it):
        if "id" in it:
            return it["id"]
        numbers = re.findall(r"\d+", it["permalink_url"].split("/posts/")[1])
        return f"{numbers[0]}_{numbers[-1]}"

    for it in resources(document):
        comments = it.get("comments", {}).get("data", [])
        for post in [it, *comments]:
            if is_post(post):
                when = post.get("created_time", post.get("creation_time"))
                found.add(post_id(post), rfc3339(when))
            elif ("message" in post or "description" in post) and "member_count" not in post:
                found.add(post.get("id", ""), None)
    return found


CODE_DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def uploaded(permalink):
    """What the code in an Instagram address says of when."""
    code = re.search(r"/(?:p|reel|tv)/([\w-]{9,11})", permalink)
    if code is None:
        return None
    number = 0
    for digit in code[1]:
        number = number * 64 + CODE_DIGITS.index(digit)
    return (number // 2**23 + 1314220021721) * 1000


def instagram(document):
    found = Found()

    def post(it):
        if "text" in it or "media_type" in it or "caption" in it:
            found.add(it["id"], rfc3339(it.get("timestamp")) or uploaded(it.get("permalink", "")))

    if "business_discovery" in document:
        items = document["business_discovery"]["media"]["data"]
    elif "mentioned_media" in document:
        items = [document["mentioned_media"]]
    else:
        items = resources(document)
    for it in items:
        post(it)
    return found


def hackernews(document):
    found = Found()
    found.add(str(document["id"]), seconds(document["time"]))
    return found


# By folder of the samples.
EXTRACTORS = {
    "reddit": reddit,
    "youtube": youtube,
    "facebook": facebook,
    "instagram": instagram,
    "hackernews": hackernews,
}
