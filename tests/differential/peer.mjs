// The other side of `compare_executors`: one request a line on standard input, one answer a line on standard output (the
// protocol is in README.md). SPDX-License-Identifier: MIT OR Apache-2.0
import readline from 'node:readline';
import { runTransactions } from './machine.mjs';

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { stateRoot, results } = await runTransactions(JSON.parse(line));
    answer = { stateRoot, results: results.map(({ receipt, ...result }) => result) };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
