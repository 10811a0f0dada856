// Runs golden.wasm and prints its verdict.
import { readFileSync } from 'node:fs';

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const { memory, run, outp, outl } = instance.exports;
run();
const verdict = Buffer.from(memory.buffer, outp(), outl()).toString();
process.stdout.write(verdict);
process.exitCode = / 0 failed\n$/.test(verdict) ? 0 : 1;
