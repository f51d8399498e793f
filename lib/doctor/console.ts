/** What a host's console gives as the cause that it did not join. */
export interface ConsoleCause {
  /** The line itself, without the prefixes of kernel and cloud-init. */
  readonly line: string;
  readonly fix: string;
}

/**
 * The line of a console that best says why the host did not join its cluster: the most telling kind of line first, and
 * of one kind the first, since what comes later follows from it. Undefined when nothing in it looks like a failure.
 */
export function readConsole(text: string): ConsoleCause | undefined {
  const lines = text
    .split(/\r?\n/)
    .map(line => withoutPrefix(line.slice(0, longestLine)))
    .filter(line => line !== '');
  for (const [pattern, fix] of causes) {
    const line = lines.find(each => pattern.test(each));
    if (line) return { line: line.slice(0, 200), fix };
  }
  return undefined;
}

/** Characters of a line that are looked at. */
const longestLine = 2000;

/** `[   12.345678] cloud-init[1234]: `, `Nov 21 12:00:00 ip-10-0-0-1 systemd[1]: `, colours. */
function withoutPrefix(line: string): string {
  return line
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/^\[\s*\d+\.\d+\]\s*/, '')
    .replace(/^[A-Z][a-z]{2}\s+\d+ [\d:]{8} \S+ /, '')
    .replace(/^(cloud-init|user-data|ec2)(\[\d+\])?: /, '')
    .trim();
}

const scratchFix =
  'pools.<pool>.scratch in lab.config.ts against what the instance types have, then npm run deploy';
const networkFix =
  'the hosts’ way to AWS: the network mode of lab.config.ts, its routes and endpoints; then npm run deploy';

/** Most telling first. */
const causes: readonly (readonly [RegExp, string])[] = [
  // Our own user data says so before it stops the host.
  [/^arraylab: this host has no scratch/, scratchFix],
  [
    /mkfs\.\w+: |^mount: .*(\/scratch|wrong fs type|does not exist|already mounted)|mdadm: .*(fail|cannot|error)/i,
    scratchFix,
  ],
  [/No space left on device/i, 'a larger root volume or scratch in lab.config.ts, then npm run deploy'],
  [
    /Kernel panic|emergency mode|dracut.*(Could not boot|Warning)/i,
    'the pool’s image does not boot on this instance type: another image or type',
  ],
  [
    /Could not resolve host|Temporary failure in name resolution|Network is unreachable|(connect|connection).*timed? ?out|Could not connect to the endpoint|Failed to connect to|no route to host/i,
    networkFix,
  ],
  [
    /(AccessDenied|not authorized to perform|UnrecognizedClientException|NoCredentialProviders)/i,
    'the hosts’ instance role lacks AmazonEC2ContainerServiceforEC2Role: npm run deploy',
  ],
  [
    /(ecs\.service|ecs-init|amazon-ecs).*(fail|error|denied)|Unable to register as a container instance/i,
    networkFix,
  ],
  [
    /docker\.service.*(fail|error)|Failed to start.*(Docker|containerd)/i,
    'the pool’s image: Docker does not start on it',
  ],
  // Our user data has stopped the agent for good: what failed printed nothing.
  [/ecs\.service\W+\/dev\/null|ecs\.service is masked/i, scratchFix],
  [
    /Failed to run module scripts[-_]user|cc_scripts_user.*(fail|warn)|(Failed|failed) running .*scripts\/part-\d+|part-\d+.*returned non-zero|Unexpected error while running command/i,
    'the user data failed; the lines above it in aws ec2 get-console-output say where',
  ],
  [/Out of memory: Killed|oom-kill/i, 'a larger instance type'],
];
