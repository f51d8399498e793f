#!/usr/bin/env bash
# SARIF Multitool and the schema of SARIF 2.1.0, Microsoft's both, from npm: what our rules write is held to them, and so are files that
# are wrong in one place, which one of the two has to refuse.
set -euo pipefail
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "SARIF Multitool comes here for Linux on x86_64 alone"; exit 77; }
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/sarif
tool=$cache/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
if [ ! -f "$tool" ]; then
  mkdir -p "$cache"
  (cd "$cache" && echo '{"private":true}' >package.json && npm install -s -E --no-fund --no-audit --ignore-scripts @microsoft/sarif-multitool-linux@5.7.0 @microsoft/jest-sarif@1.0.0-beta.0) || { echo "SARIF Multitool could not be installed"; exit 77; }
fi
chmod u+x "$tool"
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat >"lab with blanks.yaml" <<'YAML'
Resources:
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      ContainerProperties: { Image: ubuntu:latest, Vcpus: 1, Memory: 4 }
YAML
echo 'Resources: { Topic: { Type: AWS::SNS::Topic } }' >clean.yaml
write() { node "$ROOT/bin/rules.ts" --format sarif "${@:2}" >"$1" 2>/dev/null || [ $? = 4 ]; }
write findings.sarif "lab with blanks.yaml" "$work/lab with blanks.yaml" clean.yaml
write clean.sarif clean.yaml
# What it found, a line each; not that we have no address for people to go to.
look() {
  node -e '
    const [file, from] = process.argv.slice(1);
    const { createRequire } = require("module");
    const of = createRequire(createRequire(from + "/x.js").resolve("@microsoft/jest-sarif"));
    const schema = of("./schemas/sarif-2.1.0-rtm.5.json");
    const ajv = new (of("ajv"))({ allErrors: true, schemaId: "auto", meta: false });
    ajv.addMetaSchema(of(/draft-04/.test(schema.$schema) ? "ajv/lib/refs/json-schema-draft-04.json" : "ajv/lib/refs/json-schema-draft-07.json"));
    ajv._opts.defaultMeta = schema.$schema;
    ajv.validate(schema, JSON.parse(require("fs").readFileSync(file, "utf8")));
    for (const { dataPath, message } of ajv.errors ?? []) console.log("schema", dataPath, message);' "$1" "$cache"
  "$tool" validate "$1" --output "$1.report" --log ForceOverwrite >"$1.said" 2>&1 || true
  grep -q 'Analysis completed successfully' "$1.said" || { cat "$1.said"; return; }
  node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const { ruleId, level = "warning", message } of report.runs.flatMap(run => run.results ?? [])) {
      const what = [message.id, message.text, ...(message.arguments ?? [])].filter(Boolean).join(" ");
      if (!/nformationUri/i.test(what)) console.log(level, ruleId, what);
    }' "$1.report"
}
for file in findings.sarif clean.sarif; do
  grep -q '"ruleIndex"' "$file" || [ "$file" = clean.sarif ] || { echo "$file has no finding"; exit 1; }
  found=$(look "$file")
  [ -z "$found" ] || { echo "$found"; exit 1; }
  echo "ok      $file"
done
for wrong in 's/"level": "error"/"level": "fatal"/' 's/"version": "2.1.0"/"version": "2.1"/' 's/"startLine": [0-9]*/"startLine": 0/' 's/"ruleIndex": [0-9]*/"ruleIndex": 9999/'; do
  sed "$wrong" findings.sarif >wrong.sarif
  if cmp -s wrong.sarif findings.sarif; then echo "nothing was changed by $wrong"; exit 1; fi
  [ -n "$(look wrong.sarif)" ] || { echo "nobody noticed $wrong"; exit 1; }
  echo "noticed $wrong"
done
