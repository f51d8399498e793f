// By whatever Node the user has: no import but this one, so that a Node that strips no types reads it as the script it is.
void import('./own-node.mjs').then(({ startByOwnNode }) => startByOwnNode('synth.mts'));
