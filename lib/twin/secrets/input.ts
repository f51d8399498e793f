import { AwsError } from '../http/service.ts';
import type { SecretVersion } from './secret.ts';

const longestValue = 65536;

export function newValue(input: Record<string, unknown>): Pick<SecretVersion, 'string' | 'binary'> {
  const string = optionalText(input, 'SecretString');
  const binary = optionalText(input, 'SecretBinary');
  if ((string === undefined) === (binary === undefined)) {
    throw invalid('You must provide either SecretString or SecretBinary.');
  }
  const bytes = Buffer.byteLength(string ?? Buffer.from(binary ?? '', 'base64'));
  if (bytes > longestValue) throw invalid(`The secret value is ${bytes} bytes; at most ${longestValue} fit.`);
  return string === undefined ? { binary } : { string };
}

export function sameValue(version: SecretVersion, input: Record<string, unknown>): boolean {
  return version.string === input.SecretString && version.binary === input.SecretBinary;
}

export function text(input: Record<string, unknown>, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw invalid(`${name} is missing.`);
  return value;
}

export function optionalText(input: Record<string, unknown>, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value;
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
