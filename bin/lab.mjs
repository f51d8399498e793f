#!/usr/bin/env node
// `npx lab`, by whatever Node the user has.
import { startByOwnNode } from './own-node.mjs';

await startByOwnNode('lab.mts');
