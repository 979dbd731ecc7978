#!/usr/bin/env python3
"""A node that serves one block, for tests of the tool: the JSON-RPC methods it needs, over loopback HTTP.

Usage: node.py FOLDER PORT_FILE MODE
  FOLDER     block.rlp, witness.json and meta.json, as `sluice make-sample` writes them
  PORT_FILE  the port is written here when the node listens
  MODE       standard  debug_executionWitness by hash
             reth      refuses hashes there and has debug_executionWitnessByBlockHash
             bare      no witness method
             swapped   serves another block than the one asked for by hash
             chain     says that it is of chain 5

Each request is written to standard output, one a line. SPDX-License-Identifier: MIT OR Apache-2.0
"""
import http.server
import json
import os
import sys

HEADER = [
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty#",
    "number#", "gasLimit#", "gasUsed#", "timestamp#", "extraData", "mixHash", "nonce", "baseFeePerGas#",
    "withdrawalsRoot", "blobGasUsed#", "excessBlobGas#", "parentBeaconBlockRoot", "requestsHash",
]  # fmt: skip
FEES = ["maxPriorityFeePerGas#", "maxFeePerGas#", "gas#", "to", "value#", "input", "accessList"]
TRANSACTIONS = {
    0: ["nonce#", "gasPrice#", "gas#", "to", "value#", "input", "v#", "r#", "s#"],
    1: ["chainId#", "nonce#", "gasPrice#", "gas#", "to", "value#", "input", "accessList", "yParity#", "r#", "s#"],
    2: ["chainId#", "nonce#", *FEES, "yParity#", "r#", "s#"],
    3: ["chainId#", "nonce#", *FEES, "maxFeePerBlobGas#", "blobVersionedHashes", "yParity#", "r#", "s#"],
    4: ["chainId#", "nonce#", *FEES, "authorizationList", "yParity#", "r#", "s#"],
}
AUTHORIZATION = ["chainId#", "address", "nonce#", "yParity#", "r#", "s#"]
WITHDRAWAL = ["index#", "validatorIndex#", "address", "amount#"]


def decode(data, at=0):
    """The RLP item at `at` and the offset behind it."""
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    base = 0x80 if first < 0xC0 else 0xC0
    size, begin = first - base, at + 1
    if size > 55:
        begin += size - 55
        size = int.from_bytes(data[at + 1 : begin], "big")
    if base == 0x80:
        return data[begin : begin + size], begin + size
    items, next_at = [], begin
    while next_at < begin + size:
        item, next_at = decode(data, next_at)
        items.append(item)
    return items, begin + size


def to_hex(data):
    return "0x" + data.hex()


def to_json(names, values):
    """Fields by name; # marks a quantity."""
    assert len(values) <= len(names)
    result = {}
    for name, value in zip(names, values):
        if name.endswith("#"):
            result[name[:-1]] = hex(int.from_bytes(value, "big"))
        elif name == "to":
            result[name] = to_hex(value) if value else None
        elif name == "accessList":
            result[name] = [{"address": to_hex(a), "storageKeys": [to_hex(k) for k in keys]} for a, keys in value]
        elif name == "blobVersionedHashes":
            result[name] = [to_hex(h) for h in value]
        elif name == "authorizationList":
            result[name] = [to_json(AUTHORIZATION, entry) for entry in value]
        else:
            result[name] = to_hex(value)
    return result


def transaction_json(item):
    kind, fields = (0, item) if isinstance(item, list) else (item[0], decode(item, 1)[0])
    return {"type": hex(kind), **to_json(TRANSACTIONS[kind], fields)}


class Node:
    def __init__(self, folder, mode):
        self.mode = mode
        with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
            meta = json.load(file)
        self.hash, self.number, self.chain = meta["hash"], hex(meta["number"]), meta["chainId"]
        with open(os.path.join(folder, "witness.json"), encoding="utf-8") as file:
            self.witness = json.load(file)
        with open(os.path.join(folder, "block.rlp"), "rb") as file:
            header, transactions, _, withdrawals = decode(file.read())[0]
        self.block = {"hash": self.hash, **to_json(HEADER, header), "uncles": []}
        self.block["transactions"] = [transaction_json(item) for item in transactions]
        self.block["withdrawals"] = [to_json(WITHDRAWAL, item) for item in withdrawals]

    def answer(self, method, params):
        """(result, error)"""
        by_hash = params and params[0] == self.hash
        if method == "eth_chainId":
            return hex(5 if self.mode == "chain" else self.chain), None
        if method in ("eth_getBlockByNumber", "eth_getBlockByHash"):
            if params[0] not in ("latest", self.number, self.hash):
                return None, None
            block = dict(self.block)
            if not params[1]:
                block["transactions"] = []
            elif self.mode == "swapped":
                del block["hash"]
                block["gasUsed"] = hex(int(block["gasUsed"], 16) + 1)
            return block, None
        if method == "debug_executionWitness" and self.mode != "bare":
            if self.mode == "reth":
                return None, {"code": -32602, "message": "invalid params"}
            if by_hash:
                return self.witness, None
        if method == "debug_executionWitnessByBlockHash" and self.mode == "reth" and by_hash:
            return self.witness, None
        return None, {"code": -32601, "message": "the method does not exist"}


def main():
    folder, port_file, mode = sys.argv[1:]
    node = Node(folder, mode)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            print(request["method"], json.dumps(request["params"]), flush=True)
            result, error = node.answer(request["method"], request["params"])
            response = {"jsonrpc": "2.0", "id": request["id"]}
            response.update({"error": error} if error else {"result": result})
            body = json.dumps(response).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    with open(port_file + ".new", "w", encoding="utf-8") as file:
        file.write(str(server.server_address[1]))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


main()
