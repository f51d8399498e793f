// What cdk.json names: the app, by whatever Node the user has.
import { startByOwnNode } from './own-node.mjs';

await startByOwnNode('app.mts');
