// Fills in the `post` of state tests by ethereumjs: node fill.mjs FILE. An entry keeps its indexes and expectException
// and gets hash and logs; those of forks that ethereumjs is not asked about stay as they are.
// SPDX-License-Identifier: MIT OR Apache-2.0
import fs from 'node:fs';
import { RLP } from '@ethereumjs/rlp';
import { createTx } from '@ethereumjs/tx';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { commonOf, forks, runTransactions } from './machine.mjs';

const file = process.argv[2];
const tests = JSON.parse(fs.readFileSync(file));
const common = commonOf('Osaka');
const noLogs = bytesToHex(keccak_256(RLP.encode([])));

function signed(parts, { data, gas, value }) {
  const accessList = parts.accessLists?.[data];
  const type = parts.authorizationList ? 4 : parts.maxFeePerBlobGas ? 3 : parts.maxFeePerGas ? 2 : accessList ? 1 : 0;
  const { accessLists, secretKey, sender, authorizationList, blobVersionedHashes, to, ...rest } = parts;
  const fields = { ...rest, type, data: parts.data[data], gasLimit: parts.gasLimit[gas], value: parts.value[value],
                   ...(to ? { to } : {}), ...(type > 0 ? { chainId: 1, accessList: accessList ?? [] } : {}) };
  if (type === 3) fields.blobVersionedHashes = blobVersionedHashes;
  if (type === 4) fields.authorizationList = authorizationList.map(({ v, ...a }) => ({ ...a, yParity: v }));
  return createTx(fields, { common }).sign(hexToBytes(secretKey));
}

for (const [name, test] of Object.entries(tests)) {
  for (const [fork, entries] of Object.entries(test.post)) {
    if (!forks[fork]) continue;
    for (const entry of entries) {
      const transactions = entry.expectException ? [] : [bytesToHex(signed(test.transaction, entry.indexes).serialize())];
      const answer = await runTransactions({ fork, env: test.env, pre: test.pre, transactions });
      if (answer.results[0]?.status === 'rejected') throw new Error(`${name} ${fork}: ${answer.results[0].error}`);
      entry.hash = answer.stateRoot;
      entry.logs = answer.results[0]?.logs ?? noLogs;
      console.log(name, fork, JSON.stringify(entry.indexes), answer.results[0]?.status ?? 'rejected');
    }
  }
}
fs.writeFileSync(file, JSON.stringify(tests, null, 1) + '\n');
