"""Hashes, Merkle openings and transcript of the proof system, in plain Python.

SPDX-License-Identifier: MIT OR Apache-2.0

A twin of libprover/hash, written from the papers and libprover/README.md and sharing nothing with it, not even the round
constants. Elements are integers in [0, P). Standard library only.

    transcript = Transcript(POSEIDON2_16, "sluice table proof 1")
    transcript.absorb("trace.root", root)
    alpha = transcript.sample_ext("zerocheck.alpha", 4)
    assert transcript.check_grinding("open.pow", 16, nonce)
"""
import math

P = 2**31 - 2**24 + 1
LEAF_DOMAIN, NODE_DOMAIN, TRANSCRIPT_DOMAIN = (int.from_bytes(tag, "big") for tag in (b"leaf", b"node", b"tran"))
MAX_SAMPLE_BITS = 24


# ---- Poseidon2 ----------------------------------------------------------------------------------------------------------

FULL_ROUNDS = 8
PARTIAL_ROUNDS = {16: 20, 24: 23}


def _half(power):
    return pow(2, -power, P)


# The matrix of partial rounds is all ones plus this diagonal.
DIAGONAL = {
    16: [-2, 1, 2, _half(1), 3, 4, -_half(1), -3, -4, _half(8), _half(3), _half(24),
         -_half(8), -_half(3), -_half(4), -_half(24)],
    24: [-2, 1, 2, _half(1), 3, 4, -_half(1), -3, -4, _half(8), _half(2), _half(3), _half(4), _half(5), _half(6), _half(24),
         -_half(8), -_half(3), -_half(4), -_half(5), -_half(6), -_half(7), -_half(9), -_half(24)],
}


def _grain_bits(width):
    """Grain LFSR of the Poseidon paper (eprint 2019/458, appendix E), self-shrinking."""
    seed = f"{1:02b}{0:04b}{31:012b}{width:012b}{FULL_ROUNDS:010b}{PARTIAL_ROUNDS[width]:010b}" + "1" * 30
    bits = [int(bit) for bit in seed]

    def clock():
        bits.append(bits[62] ^ bits[51] ^ bits[38] ^ bits[23] ^ bits[13] ^ bits[0])
        bits.pop(0)
        return bits[-1]

    for _ in range(160):
        clock()
    while True:
        if clock():
            yield clock()
        else:
            clock()


def _round_constants(width):
    bits = _grain_bits(width)

    def element():
        while True:
            value = int("".join(str(next(bits)) for _ in range(31)), 2)
            if value < P:
                return value

    def full_rounds():
        return [[element() for _ in range(width)] for _ in range(FULL_ROUNDS // 2)]

    first = full_rounds()
    partial = [element() for _ in range(PARTIAL_ROUNDS[width])]
    return first, partial, full_rounds()


ROUND_CONSTANTS = {width: _round_constants(width) for width in (16, 24)}


def _external(state):
    """circ(2 M, M, ..., M) with M = circ(2, 3, 1, 1); not reduced."""
    mixed = []
    for at in range(0, len(state), 4):
        a, b, c, d = state[at:at + 4]
        total = a + b + c + d
        mixed += [total + a + 2 * b, total + b + 2 * c, total + c + 2 * d, total + d + 2 * a]
    sums = [sum(mixed[i::4]) for i in range(4)]
    return [value + sums[i & 3] for i, value in enumerate(mixed)]


def poseidon2(width, state):
    """The permutation; returns the new state, a list of `width` elements."""
    first, partial, last = ROUND_CONSTANTS[width]
    diagonal = DIAGONAL[width]
    state = _external(state)
    for constants in first:
        state = _external([(x := value + constant) * x * x % P for value, constant in zip(state, constants)])
    for constant in partial:
        state[0] = (state[0] + constant) ** 3 % P
        total = sum(state)
        state = [(total + factor * value) % P for factor, value in zip(diagonal, state)]
    for constants in last:
        state = _external([(x := value + constant) * x * x % P for value, constant in zip(state, constants)])
    return [value % P for value in state]


class Poseidon2Hasher:
    """Digests are tuples of elements."""

    def __init__(self, width, rate, digest_length):
        self.width, self.rate, self.digest_length = width, rate, digest_length
        self.zero_digest = (0,) * digest_length

    def hash_leaf(self, row):
        state = [0] * self.rate + [LEAF_DOMAIN, len(row)] + [0] * (self.width - self.rate - 2)
        for at in range(0, max(len(row), 1), self.rate):
            block = list(row[at:at + self.rate])
            state[:self.rate] = block + [0] * (self.rate - len(block))
            state = poseidon2(self.width, state)
        return tuple(state[:self.digest_length])

    def compress(self, left, right):
        state = list(left) + list(right)
        if len(state) < self.width:
            state += [NODE_DOMAIN] + [0] * (self.width - len(state) - 1)
        permuted = poseidon2(self.width, state)
        return tuple((permuted[i] + left[i]) % P for i in range(self.digest_length))

    def digest_elements(self, digest):
        return list(digest)

    def sponge_start(self):
        return [0] * self.rate + [TRANSCRIPT_DOMAIN] + [0] * (self.width - self.rate - 1)

    def sponge_absorb(self, state, block):
        """1 to `rate` elements overwrite the rate, their number is added to the capacity."""
        state = block + [0] * (self.rate - len(block)) + state[self.rate:]
        state[self.rate] = (state[self.rate] + len(block)) % P
        return poseidon2(self.width, state)

    def sponge_advance(self, state):
        return poseidon2(self.width, state)

    def sponge_rate(self, state):
        return state[:self.rate]


POSEIDON2_16 = Poseidon2Hasher(16, 8, 8)
POSEIDON2_24 = Poseidon2Hasher(24, 15, 9)


# ---- BLAKE3 -------------------------------------------------------------------------------------------------------------

_IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
_CHUNK_START, _CHUNK_END, _PARENT, _ROOT, _KEYED = 1, 2, 4, 8, 16
_MASK = 2**32 - 1


def _words(data):
    return [int.from_bytes(data[at:at + 4], "little") for at in range(0, len(data), 4)]


def _blake3_compress(chaining, block, counter, size, flags):
    v = chaining + _IV[:4] + [counter & _MASK, counter >> 32, size, flags]
    m = _words(block.ljust(64, b"\0"))

    def mix(a, b, c, d, x, y):
        for word, right, left in ((x, 16, 12), (y, 8, 7)):
            v[a] = (v[a] + v[b] + word) & _MASK
            v[d] ^= v[a]
            v[d] = (v[d] >> right | v[d] << (32 - right)) & _MASK
            v[c] = (v[c] + v[d]) & _MASK
            v[b] ^= v[c]
            v[b] = (v[b] >> left | v[b] << (32 - left)) & _MASK

    for _ in range(7):
        for i in range(4):
            mix(i, 4 + i, 8 + i, 12 + i, m[2 * i], m[2 * i + 1])
        for i in range(4):
            mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[8 + 2 * i], m[9 + 2 * i])
        m = [m[i] for i in (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)]
    return [v[i] ^ v[8 + i] for i in range(8)] + [v[8 + i] ^ chaining[i] for i in range(8)]


def blake3_keyed(key, data, size=32):
    """Keyed BLAKE3, by recursion over its tree. `key` has 32 bytes."""
    key = _words(key)

    def node(data, chunk):
        """(chaining value, block, counter, size, flags) of the root of a subtree, not yet compressed."""
        if len(data) <= 1024:
            chaining, flags = key, _KEYED | _CHUNK_START
            while len(data) > 64:
                chaining = _blake3_compress(chaining, data[:64], chunk, 64, flags)[:8]
                data, flags = data[64:], _KEYED
            return chaining, data, chunk, len(data), flags | _CHUNK_END
        left = 1024 << ((len(data) - 1) // 1024).bit_length() - 1
        halves = (node(data[:left], chunk), node(data[left:], chunk + left // 1024))
        values = [word for half in halves for word in _blake3_compress(*half)[:8]]
        return key, b"".join(word.to_bytes(4, "little") for word in values), 0, 64, _KEYED | _PARENT

    chaining, block, _, length, flags = node(data, 0)
    output = b""
    for counter in range(math.ceil(size / 64)):
        words = _blake3_compress(chaining, block, counter, length, flags | _ROOT)
        output += b"".join(word.to_bytes(4, "little") for word in words)
    return output[:size]


class Blake3Hasher:
    """Digests are 32 bytes."""

    rate = 7
    zero_digest = bytes(32)

    @staticmethod
    def _hash(domain, data, size=32):
        return blake3_keyed(b"sluice proof system v1, " + domain + bytes(4), data, size)

    @staticmethod
    def _encode(elements):
        return b"".join(element.to_bytes(4, "little") for element in elements)

    def hash_leaf(self, row):
        return self._hash(b"leaf", self._encode(row))

    def compress(self, left, right):
        return self._hash(b"node", left + right)

    def digest_elements(self, digest):
        return [int.from_bytes(digest[at:at + 2], "little") for at in range(0, 32, 2)]

    def sponge_start(self):
        return bytes(32), [0] * self.rate

    def _step(self, chaining, rate, count):
        output = self._hash(b"tran", chaining + self._encode(rate + [count]), 88)
        return output[:32], [int.from_bytes(output[at:at + 8], "little") % P for at in range(32, 88, 8)]

    def sponge_absorb(self, state, block):
        return self._step(state[0], block + [0] * (self.rate - len(block)), len(block))

    def sponge_advance(self, state):
        return self._step(*state, 0)

    def sponge_rate(self, state):
        return state[1]


BLAKE3 = Blake3Hasher()
HASHERS = {"poseidon2-16": POSEIDON2_16, "poseidon2-24": POSEIDON2_24, "blake3": BLAKE3}


# ---- Merkle openings ----------------------------------------------------------------------------------------------------

def verify_path(hasher, root, index, log_leaves, leaf, siblings):
    """Whether `leaf` is the digest of leaf `index` under `root`."""
    if len(siblings) != log_leaves or not 0 <= index < 1 << log_leaves:
        return False
    for sibling in siblings:
        leaf = hasher.compress(sibling, leaf) if index & 1 else hasher.compress(leaf, sibling)
        index >>= 1
    return leaf == root


def siblings_needed(log_leaves, indices):
    """(level, index) of the siblings of a multi-opening, in the order in which they are sent."""
    needed, nodes = [], set(indices)
    for level in range(log_leaves):
        needed += [(level, node ^ 1) for node in sorted(nodes) if node ^ 1 not in nodes]
        nodes = {node >> 1 for node in nodes}
    return needed


def verify_multi(hasher, root, log_leaves, leaves, siblings):
    """Whether `leaves`, a dictionary from index to digest, are leaves under `root`."""
    needed = siblings_needed(log_leaves, leaves)
    if not leaves or min(leaves) < 0 or max(leaves) >= 1 << log_leaves or len(siblings) != len(needed):
        return False
    siblings = dict(zip(needed, siblings))
    nodes = dict(leaves)
    for level in range(log_leaves):
        nodes.update({index: siblings[at, index] for at, index in needed if at == level})
        nodes = {index: hasher.compress(nodes[2 * index], nodes[2 * index + 1]) for index in {node >> 1 for node in nodes}}
    return nodes == {0: root}


# ---- Transcript ---------------------------------------------------------------------------------------------------------

class Transcript:
    """`trace`, if given, is called with (label, "absorb" or "sample", elements) for each call."""

    def __init__(self, hasher, protocol_id, trace=None):
        self.hasher, self.trace = hasher, trace
        self.state = hasher.sponge_start()
        self.pending, self.unread = [], []
        self.absorb_bytes("protocol", protocol_id.encode())

    def _record(self, label, direction, elements):
        if self.trace is not None:
            self.trace(label, direction, elements)

    def absorb_elements(self, label, elements):
        self._record(label, "absorb", elements)
        for element in elements:
            if not 0 <= element < P:
                raise ValueError(f"{label}: {element} is not an element")
            if len(self.pending) == self.hasher.rate:
                self.state = self.hasher.sponge_absorb(self.state, self.pending)
                self.pending = []
            self.pending.append(element)
            self.unread = []

    def absorb(self, label, value):
        """An element, or a list of elements: the limbs of an extension element, or any sequence."""
        self.absorb_elements(label, list(value) if isinstance(value, (list, tuple)) else [value])

    def absorb_digest(self, label, digest):
        self.absorb_elements(label, self.hasher.digest_elements(digest))

    def absorb_u64(self, label, value):
        self.absorb_elements(label, [value >> shift & 0xFFFF for shift in (0, 16, 32, 48)])

    def absorb_bytes(self, label, data):
        self.absorb_u64(label, len(data))
        for at in range(0, len(data), 3):
            self.absorb(label, int.from_bytes(data[at:at + 3], "little"))

    def _squeeze(self):
        if self.pending:
            self.state = self.hasher.sponge_absorb(self.state, self.pending)
            self.pending, self.unread = [], list(self.hasher.sponge_rate(self.state))
        elif not self.unread:
            self.state = self.hasher.sponge_advance(self.state)
            self.unread = list(self.hasher.sponge_rate(self.state))
        return self.unread.pop(0)

    def sample_base(self, label):
        element = self._squeeze()
        self._record(label, "sample", [element])
        return element

    def sample_ext(self, label, degree):
        elements = [self._squeeze() for _ in range(degree)]
        self._record(label, "sample", elements)
        return elements

    def sample_bits(self, label, bits):
        return self.sample_base(label) & ((1 << bits) - 1)

    def check_grinding(self, label, bits, nonce):
        if bits == 0:
            return nonce == 0
        if bits > MAX_SAMPLE_BITS:
            return False
        self.absorb(label, nonce)
        return self.sample_bits(label, bits) == 0
