// Compiles devnet/contracts/*.sol with npm's solc into one JSON file each under the given folder (default: devnet/artifacts, which is
// committed). The output depends on the sources alone: no metadata hash, no paths.
//
//   node devnet/compile.mjs [folder]
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import solc from 'solc';

const here = import.meta.dirname;
const folder = process.argv[2] ?? path.join(here, 'artifacts');
const names = readdirSync(path.join(here, 'contracts')).filter((name) => name.endsWith('.sol')).sort();
const sources = Object.fromEntries(names.map((name) => [name, { content: readFileSync(path.join(here, 'contracts', name), 'utf8') }]));
const settings = {
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
};

const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })));
for (const { formattedMessage } of output.errors ?? []) console.error(formattedMessage);
if (output.errors?.length) process.exit(1); // warnings too

mkdirSync(folder, { recursive: true });
for (const contracts of Object.values(output.contracts)) {
  for (const [name, { abi, evm }] of Object.entries(contracts)) {
    if (!evm.bytecode.object) continue; // an interface
    const artifact = {
      contractName: name,
      compiler: solc.version(),
      abi,
      bytecode: { object: `0x${evm.bytecode.object}` },
      deployedBytecode: { object: `0x${evm.deployedBytecode.object}` },
    };
    writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(artifact, null, 2)}\n`);
  }
}
