// The other side of `compare_executors`: one request a line on standard input, one answer a line on standard output (the
// protocol is in README.md). SPDX-License-Identifier: MIT OR Apache-2.0
import readline from 'node:readline';
import { runTransactions, runTrie, runWholeBlock } from './machine.mjs';

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = await (request.trie ? runTrie(request.trie) : request.block ? runWholeBlock(request) : runTransactions(request));
    if (answer.results) answer.results = answer.results.map(({ receipt, ...result }) => result);
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
