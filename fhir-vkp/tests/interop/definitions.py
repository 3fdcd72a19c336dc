"""What the judges take of a folder of published JSON: the profiles, value sets and code systems in it and below it.

Repositories hold other JSON as well (lists, manifests, reports, examples, other builds), so:
- what is no StructureDefinition, ValueSet or CodeSystem with a `url` is left out;
- what is there twice with equal content counts once;
- a `url` that is there twice with different content is refused, as nobody can say which of them counts.
"""

import json

KINDS = ("CodeSystem", "StructureDefinition", "ValueSet")


class Unusable(Exception):
    """Why a folder cannot be used, a line for each reason."""


def published(folder):
    """Each definition of the folder."""
    found, reasons = {}, []
    for path in sorted(folder.rglob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError as why:
            reasons.append(f"{path}: no JSON: {why}")
            continue
        if not isinstance(document, dict) or document.get("resourceType") not in KINDS:
            continue
        if not isinstance(document.get("url"), str):
            continue
        known, where = found.setdefault((document["resourceType"], document["url"]), (document, path))
        if known != document:
            reasons.append(f"{document['url']}: {where} and {path} differ")
    if reasons:
        raise Unusable("\n".join(reasons))
    return [document for document, _ in found.values()]


def needed(documents, claimed):
    """The lists, and the profiles that these profiles are made of: themselves, and what is named in one of them."""
    profiles = {d["url"]: d for d in documents if d["resourceType"] == "StructureDefinition"}
    found, left = set(), list(claimed)
    while left:
        url = left.pop()
        if url in profiles and url not in found:
            found.add(url)
            left += [text.split("|")[0] for text in texts(profiles[url])]
    return [d for d in documents if d["resourceType"] != "StructureDefinition" or d["url"] in found]


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def write(documents, folder):
    """Writes each document to a file of its own, so that all judges read the same; the paths of the profiles by url."""
    folder.mkdir()
    profiles = {}
    for number, document in enumerate(documents):
        path = folder / f"{number:03}.json"
        if "differential" in document:
            # Some builds carry what a profile comes to as well. All are judged by what they say themselves.
            document = {name: value for name, value in document.items() if name != "snapshot"}
        path.write_text(json.dumps(document), encoding="utf-8")
        if document["resourceType"] == "StructureDefinition":
            profiles[document["url"]] = path
    return profiles
