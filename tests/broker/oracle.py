#!/usr/bin/env python3
"""Counts brands per minute in mention/1 records, by means of its own.

    oracle.py BRANDS FILE...

Prints what `vigie replay --series` writes: CSV with the header timestamp,brand,platform,mentions,
a row per UTC minute, brand and platform with a count above zero, sorted. BRANDS is a configuration
of vigie as JSON, or as YAML of the plain kind read by plain_yaml(); only its `brands` count. FILEs
are NDJSON, gzip or not, or - for standard input.

It shares no code with the engine, so that the two can be held against each other. It is simple on
purpose: casefold, NFKD, no marks, a regular expression for words, a scan for each term. What it
does not do: regexes, late posts, edits, deletions (a record with an op other than upsert is passed
over), and records that the engine would refuse for their values.
"""
import collections
import csv
import datetime
import gzip
import json
import re
import sys
import unicodedata

# Letters without a decomposition, which people take for others.
ALIKE = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i",
    "ŧ": "t", "ŋ": "n", "ƒ": "f",
    # Signs whose decomposition would stick letters to a name: Brand™ is not "brandtm".
    "™": " ", "℠": " ", "©": " ", "®": " ",
})
WITHOUT_SPACES = ("CJK ", "HIRAGANA ", "KATAKANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
# What stands before a # or @ that makes no hashtag and no handle.
NOT_BEFORE = {"#": r"[\w&]", "@": r"[A-Za-z0-9_!#$%&*@]"}


def fold_character(character):
    """What one character is to a reader who does not mind case, width and accents."""
    out = ""
    text = unicodedata.normalize("NFKD", character.translate(ALIKE).casefold())
    for part in unicodedata.normalize("NFKD", text.casefold()).translate(ALIKE):
        invisible = unicodedata.category(part) in ("Cf", "Me") or 0xFE00 <= ord(part) <= 0xFE0F
        if unicodedata.combining(part) or invisible:
            continue
        if unicodedata.name(part, "").startswith(WITHOUT_SPACES):
            part = f" {part} "
        out += part
    return out


class Folded(dict):
    """A table for str.translate(), filled as characters come."""

    def __missing__(self, code_point):
        self[code_point] = fold_character(chr(code_point))
        return self[code_point]


FOLDED = Folded()


def fold(text):
    return text.translate(FOLDED)


def words(folded):
    """The words of a folded text, each with the sign right before it. Hyphens, apostrophes and all
    other punctuation stand between words."""
    return [(match.group(), sign_before(folded, match.start()))
            for match in re.finditer(r"\w+", folded)]


def sign_before(folded, start):
    """The character there, unless it is the # or @ of something else, as in an e-mail address."""
    sign, before = folded[start - 1:start], folded[max(start - 2, 0):max(start - 1, 0)]
    return "" if before and re.match(NOT_BEFORE.get(sign, r"(?!)"), before) else sign


class Term:
    def __init__(self, text, sign=None):
        self.words = [word for word, _ in words(fold(text))]
        self.sign = sign  # must stand right before it
        assert self.words, f"the term {text!r} holds no word"

    def occurs(self, text_words):
        count = len(self.words)
        for i in range(len(text_words) - count + 1):
            word, before = text_words[i]
            if word != self.words[0] or self.sign not in (None, before):
                continue
            if all(text_words[i + j][0] == self.words[j] for j in range(1, count)):
                return True
        return False


class Brand:
    def __init__(self, brand):
        unknown = set(brand) - {"name", "names", "hashtags", "handles", "exclude"}
        assert not unknown, f"the oracle does not know {sorted(unknown)} of a brand"
        self.name = brand["name"]
        self.terms = [Term(text) for text in brand.get("names", [])]
        self.terms += [Term(text, "#") for text in brand.get("hashtags", [])]
        self.terms += [Term(text, "@") for text in brand.get("handles", [])]
        if not self.terms:
            self.terms = [Term(self.name)]
        self.exclude = [Term(text) for text in brand.get("exclude", [])]

    def is_mentioned(self, texts):
        found = any(term.occurs(text) for term in self.terms for text in texts)
        return found and not any(term.occurs(text) for term in self.exclude for text in texts)


def texts_of(record):
    """All that is searched, each as its words."""
    texts = [record.get(field) or "" for field in ("text", "title", "shared_text")]
    texts += ["#" + tag.lstrip("#") for tag in record.get("hashtags") or []]
    texts += ["@" + one["handle"] for one in record.get("mentions") or [] if one.get("handle")]
    return [words(fold(text)) for text in texts if text]


def minute_of(created_at):
    if isinstance(created_at, int):
        seconds = created_at // 1_000_000
    else:
        text = created_at.upper().replace(" ", "T").replace("Z", "+00:00")
        text = re.sub(r"\.\d+", "", text)
        seconds = int(datetime.datetime.fromisoformat(text).timestamp())
    moment = datetime.datetime.fromtimestamp(seconds - seconds % 60, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def records_in(path):
    """Yields the posts of a file; passes over lines that are no records."""
    if path == "-":
        stream = sys.stdin.buffer
    else:
        stream = open(path, "rb")
        if stream.read(2) == b"\x1f\x8b":
            stream = gzip.open(path, "rb")
        else:
            stream.seek(0)
    with stream:
        for line in stream:
            try:
                record = json.loads(line.decode("utf-8", "replace"))
            except ValueError:
                continue
            required = ("id", "platform", "text", "created_at")
            if isinstance(record, dict) and all(record.get(key) is not None for key in required) \
                    and record.get("op") in (None, "upsert"):
                yield record


def count(brands, paths):
    """{(minute, brand, platform): mentions}"""
    counts = collections.Counter()
    for path in paths:
        for record in records_in(path):
            texts = texts_of(record)
            for brand in brands:
                if brand.is_mentioned(texts):
                    key = (minute_of(record["created_at"]), brand.name, record["platform"].lower())
                    counts[key] += 1
    return counts


def plain_yaml(text):
    """Reads {"brands": [...]} from YAML of this kind, and nothing else:

        brands:
          - name: Some Brand
            names: [Some Brand, "SB, Ltd"]
            hashtags:
              - somebrand

    Other top-level keys are passed over. Anything it does not understand stops it."""
    brands, current, field, inside = [], None, None, False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith((" ", "-")):
            inside = line.split("#")[0].strip() == "brands:"
            continue
        if not inside:
            continue
        item = line.strip()
        key = re.match(r"(- +)?([a-z_]+):(?: +(.*))?$", item)
        if key and key.group(1):
            current = {}
            brands.append(current)
        if key and current is not None:
            field, value = key.group(2), (key.group(3) or "").strip()
            if value.startswith("["):
                current[field] = [yaml_scalar(part) for part in yaml_items(value, number)]
            elif value:
                current[field] = yaml_scalar(value)
            else:
                current[field] = []
        elif item.startswith("- ") and current is not None and isinstance(current.get(field), list):
            current[field].append(yaml_scalar(item[2:].strip()))
        else:
            raise ValueError(f"line {number} is beyond this reader of YAML: {line}")
    return {"brands": brands}


def yaml_items(value, number):
    body = re.match(r"\[(.*)\]\s*(#.*)?$", value)
    if not body:
        raise ValueError(f"line {number}: a list must end on its line: {value}")
    return [part.strip() for part in re.findall(r'(?:"[^"]*"|\'[^\']*\'|[^,])+', body.group(1))]


def yaml_scalar(text):
    quoted = re.match(r"""(["'])(.*?)\1\s*(#.*)?$""", text)
    return quoted.group(2) if quoted else re.sub(r"\s+#.*$", "", text).strip()


def read_brands(path):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    try:
        configuration = json.loads(text)
    except ValueError:
        configuration = plain_yaml(text)
    return [Brand(brand) for brand in configuration["brands"]]


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    counts = count(read_brands(arguments[0]), arguments[1:])
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["timestamp", "brand", "platform", "mentions"])
    for key in sorted(counts):
        writer.writerow([*key, counts[key]])


if __name__ == "__main__":
    main(sys.argv[1:])
