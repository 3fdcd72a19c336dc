"""A foreign judge of profiles, value sets and code systems: pyrofile-validator, which reads the published files."""

import copy
import re

from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig

# What it says wrongly, seen with 0.3.0: what a finding looks like, and why it is no fault.
KNOWN = {
    r"element\.unknown Composition\.section\[\d+\]\.text: ": "it does not know the narrative of a section",
    r"element\.unknown MedicationDispense\.dosageInstruction\[\d+\]\.text: ": "it does not know Dosage.text",
    r"terminology\.required \S+\.status: Code '(entered-in-error|corrected)' ": "its lists of states are not whole",
    r"reference\.type Encounter\.participant\[1\]\.individual: Reference\.type Device ": "vkp-Encounter adds Device",
    r"questionnaire\.unresolved ": "the questionnaire is not among the samples",
    # Of a CodeableConcept one coding must be of the list, not each.
    r"profile\.(element\.)?binding\.required DetectedIssue\.code: Code '(1912002|FALL-2)' ": "a further coding",
    # Neither slice has a value that tells it from the other: it takes each performer for both.
    r"profile\.slice\.element\.binding\.required Observation\.performer:(author|organization)\.": "slices without a mark",
    # The system that marks the slice stands in vkp-Observation, which it does not look up.
    r"profile\.slice\.cardinality\.min Observation\.code\.coding:SCT: ": "the mark of an inherited slice is lost",
    r"profile\.slice\.cardinality\.max Patient\.extension:sone: ": "it counts every extension",
}


class Pyrofile:
    name = "pyrofile"
    known = KNOWN

    def __init__(self, folder, work):
        config = ValidatorConfig.load_dict(
            {
                "fhirVersion": "4.0.1",
                "localPackagePaths": [str(folder)],
                "terminology": {"mode": "local", "cacheDir": str(work / "cache")},
                "evidenceOutputDir": str(work / "evidence"),
                # A rule of its own: that an Encounter refers to a Patient by address.
                "customRules": {"encounterRequiresPatient": False},
            }
        )
        self.validator = Validator(config)

    def errors(self, resource, profiles):
        """What is wrong with a resource and with those in its entries."""
        claiming = copy.deepcopy(resource)
        if profiles:
            claiming.setdefault("meta", {})["profile"] = profiles
        issues = self.validator.validate_resource(claiming).issues
        found = [issue for issue in issues if issue.severity.value == "error"]
        return sorted({f"{issue.code} {issue.path}: {nameless(issue.message)}" for issue in found})


def nameless(message):
    """A message without the number that a list without a name gets in each run."""
    return re.sub(r"_r4b_(\w+?)_\d+", r"_r4b_\1", message)
