// Makes state tests of blockchain tests: node convert.mjs OUT PACKAGE_FOLDER... [--max N] [--size BYTES] [--gas N]
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A case of one block with one transaction and without withdrawals becomes a state test. Nothing in it is taken from the
// executor under test:
//   hash  the state root of the block's header. The system calls of the block are not in a state test, so the accounts
//         that they change are in `pre` as they are after the block; only cases are taken in which ethereumjs then
//         comes to the header's root.
//   logs  of ethereumjs, in a block whose receipts root it finds to be the header's.
// A case whose block has to be rejected for its transaction becomes one with expectException and the state root of its
// genesis.
import fs from 'node:fs';
import path from 'node:path';
import { RLP } from '@ethereumjs/rlp';
import { createTxFromRLP } from '@ethereumjs/tx';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { commonOf, receiptsRootOf, runTransactions } from './machine.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : Number(args.splice(at, 2)[1]);
};
const maxCases = option('--max', Infinity);
const maxSize = option('--size', Infinity);
const maxGas = option('--gas', 2000000); // ethereumjs takes its time
const [out, ...folders] = args;

const systemContracts = [
  '0x000f3df6d732807ef1319fb7b8bb8522d0beac02', '0x0000f90827f1c53a10cb7a02335b175320002935',
  '0x00000961ef480eb55e80d19ad83579a64c007002', '0x0000bbddc7ce488642fb579f8b00f3a590007251',
];
const forks = ['Paris', 'Shanghai', 'Cancun', 'Prague', 'Osaka'];
const noLogs = bytesToHex(keccak_256(RLP.encode([])));
const quantity = (bytes) => '0x' + (bytes.length === 0 ? '0' : bytesToHex(bytes).slice(2).replace(/^0+(?=.)/, ''));
const common = commonOf('Osaka');

// Keys that are known to everybody, by sender.
const keys = {
  '0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b': '0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8',
};

const envOf = (header) => ({
  currentCoinbase: bytesToHex(header[2]), currentNumber: quantity(header[8]), currentGasLimit: quantity(header[9]),
  currentTimestamp: quantity(header[11]), currentRandom: bytesToHex(header[13]), currentBaseFee: quantity(header[15]),
  currentDifficulty: '0x0',
  ...(header.length > 18 ? { currentExcessBlobGas: quantity(header[18]) } : {}),
});

/// The `transaction` of a state test out of a decoded one.
function partsOf(tx, sender) {
  const list = (access) => access.map(([address, slots]) => ({ address: bytesToHex(address),
                                                               storageKeys: slots.map((slot) => bytesToHex(slot)) }));
  const number = (value) => '0x' + value.toString(16);
  return {
    nonce: number(tx.nonce), gasLimit: [number(tx.gasLimit)], value: [number(tx.value)], data: [bytesToHex(tx.data)],
    to: tx.to === undefined ? '' : tx.to.toString(), sender,
    ...(keys[sender] ? { secretKey: keys[sender] } : {}),
    ...(tx.type >= 2 ? { maxFeePerGas: number(tx.maxFeePerGas), maxPriorityFeePerGas: number(tx.maxPriorityFeePerGas) }
                     : { gasPrice: number(tx.gasPrice) }),
    ...(tx.type >= 1 ? { accessLists: [list(tx.accessList)] } : {}),
    ...(tx.type === 3 ? { maxFeePerBlobGas: number(tx.maxFeePerBlobGas), blobVersionedHashes: tx.blobVersionedHashes } : {}),
    ...(tx.type === 4 ? { authorizationList: tx.authorizationList.map((a) => ({
      chainId: quantity(a[0]), address: bytesToHex(a[1]), nonce: quantity(a[2]), v: quantity(a[3]), r: quantity(a[4]),
      s: quantity(a[5]) })) } : {}),
  };
}

async function convert(test) {
  if (!forks.includes(test.network) || test.blocks.length !== 1) return null;
  const [header, transactions, ommers, withdrawals] = RLP.decode(hexToBytes(test.blocks[0].rlp));
  if (transactions.length !== 1 || ommers.length !== 0 || (withdrawals ?? []).length !== 0) return null;
  if (Number(quantity(header[10])) > maxGas) return null;
  const expected = test.blocks[0].expectException;
  if (expected && !expected.split('|').every((reason) => reason.startsWith('TransactionException.'))) return null;
  const genesis = RLP.decode(hexToBytes(test.genesisRLP))[0];
  const envelope = transactions[0] instanceof Uint8Array ? transactions[0] : RLP.encode(transactions[0]);
  const pre = { ...test.pre };
  for (const address of systemContracts) {
    if (!expected && test.postStateDiff[address]) pre[address] = test.postStateDiff[address];
  }
  const env = envOf(header);
  const txbytes = bytesToHex(envelope);
  const root = bytesToHex(expected ? genesis[3] : header[3]);
  let logs = noLogs;
  let transaction = { data: ['0x'], gasLimit: ['0x0'], value: ['0x0'] };
  if (!expected) {
    const answer = await runTransactions({ fork: test.network, env, pre, transactions: [txbytes] });
    const result = answer.results[0];
    if (answer.stateRoot !== root || result.status === 'rejected') return null;
    if (bytesToHex(await receiptsRootOf(envelope[0] < 0x80 ? envelope[0] : 0, result)) !== bytesToHex(header[5])) return null;
    logs = result.logs;
    const tx = createTxFromRLP(envelope, { common });
    transaction = partsOf(tx, tx.getSenderAddress().toString());
  }
  const entry = { hash: root, logs, txbytes, indexes: { data: 0, gas: 0, value: 0 } };
  if (expected) entry.expectException = expected;
  const config = test.config ? { config: { chainid: test.config.chainid, blobSchedule: test.config.blobSchedule } } : {};
  return { env, pre, transaction, post: { [test.network]: [entry] }, ...config };
}

function* jsonFiles(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.name.endsWith('.json')) yield path.join(entry.parentPath ?? entry.path, entry.name);
  }
}

let taken = 0;
let seen = 0;
fs.mkdirSync(out, { recursive: true });
for (const folder of folders) {
  const made = {};
  for (const file of [...jsonFiles(folder)].sort()) {
    for (const [name, test] of Object.entries(JSON.parse(fs.readFileSync(file)))) {
      ++seen;
      if (taken >= maxCases || JSON.stringify(test).length > maxSize) continue;
      const state = await convert(test).catch(() => null);
      if (state === null) continue;
      made[`${path.relative(folder, file)}::${name}`] = state;
      ++taken;
    }
  }
  fs.writeFileSync(path.join(out, path.basename(folder) + '.json'), JSON.stringify(made, null, 1));
}
console.log(`${taken} of ${seen} cases converted`);
