"""A foreign judge of profiles: `validator-cli` of helios-fhir-validator. It takes no value sets."""

import json
import re
import subprocess

# What it says wrongly, seen with 0.2.7: a profile and a finding, and why it is no fault.
VITAL_SIGNS = "(?:Bloodpressure|Bodytemp|Bodyweight|Heartrate|Oxygensat|Resprate)"
KNOWN = {
    # HL7's published example of a heart rate is refused with the same words, and a wrong category is as well: it is
    # `published.py` that judges the category.
    rf"vkp-Observation-{VITAL_SIGNS} \[slice-cardinality\] Observation\.category: "
    r"Slice defines the following min cardinality: '1', actual cardinality: '0'$": "HL7's own vital signs are refused like this",
    # The profiles slice value[x] by its type and allow this one; the validator takes value[x] for empty.
    r"vkp-Observation-CFSscore \[choice-excluded\] Observation\.valueQuantity: "
    r"valueQuantity is excluded choice$": "vkp-Observation-CFSscore allows valueQuantity",
    r"vkp-Patient-v090 \[choice-excluded\] Patient\.extension\.\d+\.valueString: "
    r"valueString is excluded choice$": "vkp-household allows valueString",
}

# The slices that it does not judge, as it says on standard error, by profile that a sample needs.
NOT_JUDGED = {
    "no-basis-Patient": {"code"},
    "vkp-Observation": {"author", "organization"},
    "vkp-Observation-Bloodpressure": {"BPSCTCode", "DBPSCTCode", "DiastolicBP", "SBPSCTCode", "SystolicBP"},
    "vkp-Observation-Bodytemp": {"BodyTempSCTCode"},
    "vkp-Observation-Bodyweight": {"BodyWeightSCTCode"},
    "vkp-Observation-CFSscore": {"SCT", "author", "organization", "valueQuantity"},
    "vkp-Observation-Heartrate": {"HeartrateSCTCode"},
    "vkp-Observation-NEWS2score": {"SCT", "author", "organization"},
    "vkp-Observation-Oxygensat": {"OXSATSCT"},
    "vkp-Observation-Resprate": {"RespRateSCTCode"},
    "vkp-Patient-v090": {"nationality"},
}
# What else it says there: a pattern that an extension without one does not need.
REMARKS = {("no-basis-middlename", "primitive 'Extension': no value regex found")}


class Helios:
    name = "helios"
    known = KNOWN

    def __init__(self, validator, profiles):
        self.validator = validator
        self.names = {str(path): url.rsplit("/", 1)[1] for url, path in profiles.items()}

    def errors(self, resource, profiles):
        """What is wrong with a resource, each with the profiles that it was judged by."""
        command = [self.validator, *(f"--profile-file={path}" for path in self.names)]
        command += [f"--profile={profile}" for profile in profiles]
        text = json.dumps(resource)
        run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
        assert run.returncode in (0, 1), run.stderr
        self.check_what_is_not_judged(run.stderr)
        found = [line.removeprefix("error ") for line in run.stdout.splitlines() if line.startswith("error ")]
        assert (run.returncode == 1) == bool(found), run.stdout
        by = " ".join(profile.rsplit("/", 1)[1] for profile in profiles) or "R4"
        return [f"{by} {finding}" for finding in found]

    def check_what_is_not_judged(self, said):
        """Fails when it leaves out other slices than those named above."""
        slices, remarks = {}, set()
        for line in said.splitlines():
            path, _, rest = line.removeprefix("warning: ").partition(".json: ")
            name = self.names[f"{path}.json"]
            skipped = re.fullmatch(r"slice '(.*?)': .* slice kept without match or min", rest)
            if skipped:
                slices.setdefault(name, set()).add(skipped[1])
            else:
                remarks.add((name, rest))
        assert slices == NOT_JUDGED, f"helios leaves out other slices than NOT_JUDGED: {slices}"
        assert remarks == REMARKS, f"helios says something else: {remarks}"
