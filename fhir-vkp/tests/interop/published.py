"""Our own reading of the published files, for what the foreign judges leave out. It is no foreign judge, but it knows
nothing of the tables of the crate either: lists, bindings and codes come from the JSON of VKP, PMD and no-basis.

It judges of each profile that a resource claims, and of those this one builds on in the same folder:
- bindings of elements (not of slices, nor in the profiles of extensions) that are required or extensible: system and
  code must stand in the value set; an element `value[x]` is judged by whichever type it has, if that can be bound;
- the codes that slices of `Observation.code` and of its components name: the resource must have each of them;
- the category of a profile that builds on HL7's vital signs, which are not in the folder: `vital-signs`, once.
"""

# What R4 lets a binding speak of.
BOUND_TYPES = {"Code", "CodeableConcept", "Coding", "Quantity", "String", "Uri"}
# The vital signs of R4, and the category that all of them demand.
HL7 = "http://hl7.org/fhir/StructureDefinition/"
VITAL_SIGNS = {
    HL7 + name
    for name in ("vitalsigns", "bmi", "bodyheight", "bodytemp", "bodyweight", "bp", "headcircum", "heartrate")
    + ("oxygensat", "resprate", "vitalspanel")
}
VITAL_SIGN = ("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")


class Published:
    name = "published"
    known = {}

    def __init__(self, documents):
        self.by_url = {(d["resourceType"], d["url"]): d for d in documents}

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
            if self.foundation(profile) in VITAL_SIGNS:
                found += category(resource)
        return found

    def foundation(self, profile):
        """What a profile builds on in the end, outside of the folder."""
        while ("StructureDefinition", profile) in self.by_url:
            profile = self.by_url["StructureDefinition", profile].get("baseDefinition")
        return profile

    def elements(self, profile):
        """The elements of a profile by id, over those of the profiles of this folder that it builds on."""
        definition = self.by_url.get(("StructureDefinition", profile))
        if definition is None:
            return {}
        merged = self.elements(definition.get("baseDefinition"))
        for element in definition["differential"]["element"]:
            merged[element["id"]] = merged.get(element["id"], {}) | element
        return merged

    def bound(self, resource, path, binding):
        """The values of an element that are not of its list."""
        allowed = self.value_set(binding["valueSet"])
        systems = {system for system, _ in allowed}
        found = []
        for value in values(resource, path.split(".")[1:]):
            if isinstance(value, dict):
                have = set(pairs(value))
                others = binding["strength"] == "extensible" and not systems & {system for system, _ in have}
                good = bool(have & allowed) or others
            else:
                good = any(value == code for _, code in allowed)
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
    elif isinstance(value, dict):
        for name in members(value, path[0]):
            yield from values(value[name], path[1:])


def members(value, name):
    """The members that an element of this name may have: of `value[x]`, `valueCode` and the like."""
    stem = name.removesuffix("[x]")
    names = [name] if stem == name else [stem + kind for kind in BOUND_TYPES]
    return [name for name in names if name in value]


def pairs(value):
    """System and code of a Coding, or of each in a CodeableConcept; what has not both as text is left out."""
    codings = value.get("coding", value)
    for coding in codings if isinstance(codings, list) else [codings]:
        pair = (coding.get("system"), coding.get("code")) if isinstance(coding, dict) else ()
        if pair and all(isinstance(part, str) for part in pair):
            yield pair


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
        if (system, fixed(element)) not in {pair for value in have if isinstance(value, dict) for pair in pairs(value)}:
            found.append(f"{coding}: no {fixed(element)} of {system}")
    return found


def category(resource):
    """What is wrong with the category of a vital sign."""
    have = [value for value in values(resource, ["category"]) if isinstance(value, dict)]
    count = sum(VITAL_SIGN in pairs(value) for value in have)
    return [] if count == 1 else [f"Observation.category: {count} times {VITAL_SIGN[1]}"]
