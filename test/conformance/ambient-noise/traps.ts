// Every way in which NoisePy ends well over less than was asked for, met by our code around the real one.
// usage: traps.ts PYTHON WAVEFORMS_PY [TITLE: only what this pattern fits]
import { endNoisePy, leave } from './trap-world.ts';

// One after the other: modules that wait, imported by statements, would be loaded at once.
for (const traps of ['kept-traps', 'data-traps', 'kill-trap']) await import(`./${traps}.ts`);
await endNoisePy();
leave();
