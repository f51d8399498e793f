import { inspectScript } from '../../lib/contract/workload/script.ts';

const inspect = (text: string | Buffer) => inspectScript(Buffer.from(text as string), 'my.sh');

it.each([
  ['echo hello\n', ['bash']],
  ['#!/bin/bash -eu\nls\n', ['/bin/bash', '-eu']],
  ['#!/usr/bin/env python3\nimport sys\n', ['/usr/bin/env', 'python3']],
  ['#! /usr/bin/env -S Rscript --vanilla\n', ['/usr/bin/env', '-S Rscript --vanilla']],
  ['\x7fELF....', []],
])('%j is run by %j', (text, interpreter) => {
  expect(inspect(text)).toEqual({ interpreter, problems: [] });
});

it.each([
  ['', 'is empty', 'look whether it was saved'],
  [' \n\n', 'is empty', 'look whether it was saved'],
  ['#!/bin/bash\r\nls\r\n', 'line ends of Windows (line 1)', "sed -i 's/\\r$//' my.sh"],
  ['ls\necho a\r\n', 'line ends of Windows (line 2)', "sed -i 's/\\r$//' my.sh"],
  ['ls\rls\r', 'line ends of an old Mac (line 1)', "sed -i 's/\\r/\\n/g' my.sh"],
  ['\uFEFF#!/bin/bash\nls\n', 'begins with a BOM', "sed -i '1s/^\\xef\\xbb\\xbf//' my.sh"],
  [Buffer.from('\uFEFFls\n', 'utf16le'), 'is UTF-16', 'iconv'],
  ['PK\0\0', 'it is no script', 'archive'],
  ['#!python3\n', 'names "python3", which is no whole path', '#!/usr/bin/env python3'],
  ['#!\nls\n', 'names ""', '#!/usr/bin/env'],
])('%j is told with its fix', (text, message, fix) => {
  expect(inspect(text).problems).toEqual([
    { where: 'my.sh', message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
  ]);
});
