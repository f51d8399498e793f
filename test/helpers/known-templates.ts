import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import { isWhole } from './runs.ts';

const modules = join(import.meta.dirname, '../../node_modules');
const cdk = join(modules, 'aws-cdk-lib');

type Validate = IPolicyValidationPlugin['validate'];
type Report = PolicyValidationPluginReport;
type Initialize = (this: unknown, resourceTypes: ReadonlySet<string>) => unknown;

/**
 * CDK's own rules take half of a synth's time, and what they say depends on the template, on its account and region, and on CDK's
 * version alone. So it is kept, and a template is not given to them again in whatever run of the tests, nor one that is the same but
 * for digests of its assets, which are others after any change of a source. Our rules and cdk-nag, which are checked here, read each
 * template each time.
 */
export function passKnownTemplates(): void {
  const require = createRequire(import.meta.url);
  const { CloudFormationValidatePlugin } = require(
    join(cdk, 'core/lib/validation/cloudformation-validate-plugin.js'),
  ) as {
    CloudFormationValidatePlugin: {
      readonly prototype: { validate: Validate; initializeEngine: Initialize };
    };
  };
  const plugin = CloudFormationValidatePlugin.prototype;
  // To say its own version it loads all that it validates with.
  const version = versionOf(join(cdk, 'node_modules/@aws/cloudformation-validate'));
  Object.defineProperty(plugin, 'version', { value: version });
  // Its engine knows the types that it was made for. Made for all that were met, it need not be made anew for each other template.
  const { initializeEngine } = plugin;
  const met = new Set<string>();
  plugin.initializeEngine = function (resourceTypes) {
    for (const each of resourceTypes) met.add(each);
    return initializeEngine.call(this, new Set(met));
  };
  plugin.validate = remembered(
    isWhole ? plugin.validate : withoutTierUp(plugin.validate),
    join(modules, '.cache/arraylab/reports'),
    versionOf(cdk),
  );
}

/** V8 takes longer to compile the engine's WebAssembly a second time, for speed, than that saves with one template or two. */
const withoutTierUp = (validate: Validate): Validate =>
  function (this: unknown, context) {
    setFlagsFromString('--no-wasm-dynamic-tiering');
    setFlagsFromString('--no-wasm-tier-up');
    try {
      return validate.call(this, context);
    } finally {
      setFlagsFromString('--wasm-tier-up');
      setFlagsFromString('--wasm-dynamic-tiering');
    }
  };

/** `validate`, which is not asked again about templates of which `folder` has its report. */
export function remembered(validate: Validate, folder: string, version: string): Validate {
  return function (this: unknown, context) {
    const known = join(folder, digestOf(context, version));
    const paths = context.stackTemplates.map(({ templatePath }) => templatePath);
    if (existsSync(known))
      return JSON.parse(readFileSync(known, 'utf8'), (key, value) =>
        key === 'templatePath' ? paths[value as number] : value,
      ) as Report;
    const report = validate.call(this, context);
    mkdirSync(folder, { recursive: true });
    const part = `${known}.${process.pid}`;
    writeFileSync(
      part,
      JSON.stringify(report, (key, value) =>
        key === 'templatePath' ? paths.indexOf(value as string) : value,
      ),
    );
    renameSync(part, known);
    return report;
  };
}

/** Of files, images and builds: SHA-256, whole or the half of it. */
const assetDigest = /\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b/g;

const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

function digestOf({ stackTemplates }: IPolicyValidationContext, version: string): string {
  const templates = stackTemplates.map(({ templatePath, accountId, region }) => [
    readFileSync(templatePath, 'utf8').replaceAll(assetDigest, ''),
    accountId,
    region,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([version, templates]))
    .digest('hex');
}
