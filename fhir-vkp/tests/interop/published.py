"""Our own reading of the published files, for what the foreign judges leave out. It is no foreign judge, but it knows
nothing of the tables of the crate either: lists, bindings and codes come from the JSON of VKP, PMD and no-basis.

It judges of each profile that a resource claims, and of those this one builds on in the same folder:
- bindings of elements (not of slices): system and code must stand in the value set;
- the codes that slices of `Observation.code` and of its components name: the resource must have each of them.
"""


class Published:
    name = "published"
    known = {}

    def __init__(self, documents):
        self.by_url = {(d["resourceType"], d["url"]): d for d in documents if "url" in d}

    def errors(self, resource, profiles):
        """What is wrong with a resource."""
        found = []
        for profile in profiles:
            elements = self.elements(profile)
            for name, element in elements.items():
                binding = element.get("binding", {})
                if ":" not in name and binding.get("strength") in ("required", "extensible"):
                    found += self.bound(resource, element["path"], binding)
            found += named(resource, elements)
        return found

    def elements(self, profile):
        """The elements of a profile by id, over those of the profiles of this folder that it builds on."""
        definition = self.by_url.get(("StructureDefinition", profile))
        if definition is None:
            return {}
        merged = self.elements(definition["baseDefinition"])
        for element in definition["differential"]["element"]:
            merged[element["id"]] = merged.get(element["id"], {}) | element
        return merged

    def bound(self, resource, path, binding):
        """The values of an element that are not of its list."""
        allowed = self.value_set(binding["valueSet"])
        systems = {system for system, _ in allowed}
        found = []
        for value in values(resource, path.split(".")[1:]):
            if not isinstance(value, dict):
                good = any(value == code for _, code in allowed)
            else:
                codings = value.get("coding", []) if "system" not in value else [value]
                pairs = {(coding.get("system"), coding.get("code")) for coding in codings}
                others = binding["strength"] == "extensible" and not systems & {system for system, _ in pairs}
                good = bool(pairs & allowed) or others
            if not good:
                found.append(f"{path}: not of {binding['valueSet']}")
        return found

    def value_set(self, address):
        """System and code of everything in a value set. Fails when it says it in a way that is not read here."""
        compose = self.document("ValueSet", address)["compose"]
        assert compose.keys() == {"include"}, f"{address}: {sorted(compose)}"
        found = set()
        for include in compose["include"]:
            assert include.keys() <= {"system", "version", "concept"}, f"{address}: {sorted(include)}"
            system = include["system"]
            concepts = include.get("concept") or self.code_system(system)
            found |= {(system, code) for code in codes(concepts)}
        return found

    def code_system(self, address):
        system = self.document("CodeSystem", address)
        assert system["content"] == "complete", address
        return system["concept"]

    def document(self, kind, address):
        assert (kind, address) in self.by_url, f"the folder lacks the {kind} {address}"
        return self.by_url[kind, address]


def codes(concepts):
    for concept in concepts:
        yield concept["code"]
        yield from codes(concept.get("concept", []))


def values(value, path):
    """The values at a path, arrays opened."""
    if isinstance(value, list):
        for item in value:
            yield from values(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from values(value[path[0]], path[1:])


def fixed(element):
    return next((v for k, v in (element or {}).items() if k.startswith(("fixed", "pattern"))), None)


def named(resource, elements):
    """The codes that slices of codings name, and that the resource has not."""
    found = []
    for name, element in elements.items():
        if not element["path"].endswith("code.coding.code") or fixed(element) is None:
            continue
        coding = name.removesuffix(".code")
        system = fixed(elements.get(f"{coding}.system"))
        have = values(resource, element["path"].split(".")[1:-1])
        pairs = {(coding.get("system"), coding.get("code")) for coding in have}
        if (system, fixed(element)) not in pairs:
            found.append(f"{coding}: no {fixed(element)} of {system}")
    return found
