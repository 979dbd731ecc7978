"""The verifier, in plain Python, literally as libprover/DESIGN.md says it. Slow, and independent of the C++ one.

SPDX-License-Identifier: MIT OR Apache-2.0

    verdict = verify(key, proof, statement, PROFILES)      "ok", or the name of the check that refuses

Numbers in comments are sections of DESIGN.md. Elements of F are integers, elements of E lists of D integers, constant term first.
Standard library only.
"""
import struct

import sluice_hash
from sluice_hash import P

NO_INDEX = 2**32 - 1
WRITE, READ, LOOKUP, LINK = range(4)


class Refused(Exception):
    """The name of a check, as in libprover/verify/include/sluice/verify/status.def."""


def require(condition, check):
    if not condition:
        raise Refused(check)


def ceil_log2(number):
    return max(number - 1, 0).bit_length()


def align4(number):
    return (number + 3) // 4 * 4


# ---- The extension E ------------------------------------------------------------------------------------------------------

class Extension:
    """Arithmetic modulo X^4 - 3, X^5 + X^2 - 1 or X^6 + X^3 + 1."""

    # X^D as a polynomial of lower degree.
    REDUCTION = {4: {0: 3}, 5: {0: 1, 2: -1}, 6: {0: -1, 3: -1}}

    def __init__(self, degree):
        self.degree = degree
        self.zero = [0] * degree
        self.one = self.of(1)

    def of(self, base):
        return [base % P] + [0] * (self.degree - 1)

    @staticmethod
    def add(a, b):
        return [(x + y) % P for x, y in zip(a, b)]

    @staticmethod
    def sub(a, b):
        return [(x - y) % P for x, y in zip(a, b)]

    @staticmethod
    def scale(a, base):
        return [x * base % P for x in a]

    def mul(self, a, b):
        degree = self.degree
        product = [0] * (2 * degree - 1)
        for i, x in enumerate(a):
            if x:
                for j, y in enumerate(b):
                    product[i + j] += x * y
        for place in range(2 * degree - 2, degree - 1, -1):
            top, product[place] = product[place], 0
            for shift, factor in self.REDUCTION[degree].items():
                product[place - degree + shift] += top * factor
        return [x % P for x in product[:degree]]

    def power(self, a, exponent):
        result = self.one
        while exponent:
            if exponent & 1:
                result = self.mul(result, a)
            a, exponent = self.mul(a, a), exponent >> 1
        return result

    def inverse(self, a):
        return self.power(a, P**self.degree - 2)

    def sum(self, values):
        total = self.zero
        for value in values:
            total = self.add(total, value)
        return total

    def powers(self, a, count):
        result = [self.one]
        while len(result) < count:
            result.append(self.mul(result[-1], a))
        return result[:count]

    def lerp(self, t, at_zero, at_one):
        return self.add(at_zero, self.mul(t, self.sub(at_one, at_zero)))

    def eq_table(self, point):
        """eq(point, x) for all x."""
        table = [self.one]
        for coordinate in point:  # each next coordinate is a higher bit
            high = [self.mul(value, coordinate) for value in table]
            table = [self.sub(value, part) for value, part in zip(table, high)] + high
        return table

    def eq_at(self, point, index):
        """eq(point, index)."""
        result = self.one
        for k, coordinate in enumerate(point):
            result = self.mul(result, coordinate if index >> k & 1 else self.sub(self.one, coordinate))
        return result

    def less_than(self, point, n):
        """lt_n(point) = sum of eq(point, x) over x < n."""
        if n >= 1 << len(point):
            return self.one
        total, prefix = self.zero, self.one
        for k in range(len(point) - 1, -1, -1):  # x agrees with n above bit k, has 0 where n has 1
            zero_bit = self.sub(self.one, point[k])
            if n >> k & 1:
                total = self.add(total, self.mul(prefix, zero_bit))
                prefix = self.mul(prefix, point[k])
            else:
                prefix = self.mul(prefix, zero_bit)
        return total

    def interpolate(self, values, at):
        """The polynomial with the given values at 0, 1, 2, ... at `at`."""
        result = self.zero
        for i, value in enumerate(values):
            factor, denominator = self.one, 1
            for j in range(len(values)):
                if j != i:
                    factor = self.mul(factor, self.sub(at, self.of(j)))
                    denominator = denominator * (i - j) % P
            result = self.add(result, self.scale(self.mul(factor, value), pow(denominator, -1, P)))
        return result


# ---- 9: the key -----------------------------------------------------------------------------------------------------------

class Words:
    """A cursor over little-endian words."""

    def __init__(self, data, ended):
        self.data, self.at, self.ended = data, 0, ended

    def word(self):
        if self.at + 4 > len(self.data):
            raise Refused(self.ended)
        (value,) = struct.unpack_from("<I", self.data, self.at)
        self.at += 4
        return value

    def words(self, count):
        return [self.word() for _ in range(count)]

    def raw(self, count):
        if self.at + count > len(self.data):
            raise Refused(self.ended)
        self.at += count
        return self.data[self.at - count:self.at]

    def element(self):
        value = self.word()
        require(value < P, "element_not_canonical")
        return value

    def elements(self, count):
        return [self.element() for _ in range(count)]


class Chip:
    def __init__(self, words):
        self.id = words.word()
        size = words.word()
        require(size <= 64, "malformed_key")
        name = words.raw(align4(size))
        require(not any(name[size:]), "malformed_key")
        self.name = name[:size]
        self.widths = words.words(3)
        self.fixed_height, self.max_height = words.words(2)
        self.nodes = [tuple(words.words(3)) for _ in range(words.word())]
        self.constraints = words.words(words.word())
        self.interactions = []
        for _ in range(words.word()):
            kind_of, bus, multiplicity = words.words(3)
            self.interactions.append((kind_of, bus, multiplicity, words.words(words.word())))

    def check(self, public_values):
        """2: the rules of a machine."""
        require(sum(self.widths) > 0, "malformed_key")
        require(1 <= self.max_height and self.fixed_height <= self.max_height, "malformed_key")
        require(self.fixed_height > 0 or self.widths[0] == 0, "malformed_key")
        degrees, zeros, early = [], [], []
        for place, (kind, a, b) in enumerate(self.nodes):
            require(kind <= 7, "malformed_key")
            if kind >= 5:
                require(a < place and b < place, "malformed_key")
                degrees.append(degrees[a] + degrees[b] if kind == 7 else max(degrees[a], degrees[b]))
                zeros.append(zeros[a] or zeros[b] if kind == 7 else zeros[a] and zeros[b])
                early.append(early[a] and early[b])
                continue
            require(b == 0, "malformed_key")
            limit = P if kind == 0 else public_values if kind == 4 else self.widths[kind - 1]
            require(a < limit, "malformed_key")
            degrees.append(1 if kind in (1, 2, 3) else 0)
            zeros.append(kind in (1, 2, 3) or kind == 0 and a == 0)
            early.append(kind in (0, 2, 4))
        count = len(self.nodes)
        for node in self.constraints:
            require(node < count and degrees[node] <= 3 and zeros[node], "malformed_key")
        for kind_of, bus, multiplicity, elements in self.interactions:
            require(kind_of <= 3 and bus < P, "malformed_key")
            require(multiplicity < count and all(node < count for node in elements), "malformed_key")
            require(zeros[multiplicity], "malformed_key")
            degree = max([degrees[node] for node in elements], default=0)
            record = kind_of in (WRITE, READ)
            require((degrees[multiplicity] + degree if record else max(degrees[multiplicity], degree)) <= 3,
                    "malformed_key")
            if kind_of == LINK:
                require(all(early[node] for node in elements + [multiplicity]), "malformed_key")


class Machine:
    def __init__(self, words, heights, digest):
        self.public_values, self.max_total_rows, self.shard_index, self.last_shard = words.words(4)
        self.chains = [words.words(3) for _ in range(words.word())]
        self.statement = words.words(words.word())
        self.chips = [Chip(words) for _ in range(words.word())]
        self.preprocessed_roots = {h: digest(words) for h in heights}
        ids = [chip.id for chip in self.chips]
        require(ids == sorted(set(ids)), "malformed_key")
        for chip in self.chips:
            chip.check(self.public_values)

        def known(index):
            return index < self.public_values

        require(all(index == NO_INDEX or known(index) for index in (self.shard_index, self.last_shard)), "malformed_key")
        require(all(map(known, self.statement)), "malformed_key")
        require(all(known(first) and known(last) and initial < P for first, last, initial in self.chains),
                "malformed_key")

    def listed(self, kind_of):
        """(chip's place, interaction) of all interactions of a type, in order."""
        return [(place, interaction) for place, chip in enumerate(self.chips) for interaction in chip.interactions
                if interaction[0] == kind_of]

    def has_links(self):
        return bool(self.listed(LINK))


class Key:
    def __init__(self, data, profiles):
        words = Words(data, "malformed_key")
        require(words.raw(4) == b"SLKY" and words.word() == 1, "malformed_key")
        parameters = words.word()
        require(parameters in profiles, "unsupported_profile")
        self.profile = profiles[parameters]
        self.hasher = sluice_hash.HASHERS[self.profile["hasher"]]
        length = self.hasher.digest_length
        self.heights = words.words(words.word())
        require(self.heights and self.heights == sorted(set(self.heights)), "malformed_key")
        # No domain is larger than the field's subgroups; an oracle of WHIR interleaves components on a smaller one.
        saved = self.profile["fold_arity_log"] if self.profile["opening"] == "whir" else 0
        require(all(h + self.profile["log_inverse_rate"] - saved <= 24 for h in self.heights), "malformed_key")
        self.max_shards, self.max_link_terms = words.words(2)
        count = words.word()
        require(count in (1, 2), "malformed_key")

        def digest(cursor):
            values = cursor.words(length)
            require(all(value < P for value in values), "malformed_key")
            return tuple(values)

        self.machines = [Machine(words, self.heights, digest) for _ in range(count)]
        require(words.at == len(data), "malformed_key")
        self.shard_machine = self.machines[0]
        self.boundary_machine = self.machines[1] if count == 2 else None
        require(not self.shard_machine.has_links() or self.boundary_machine is not None, "malformed_key")
        arity = {}
        for machine in self.machines:
            local = {}
            for chip in machine.chips:
                for kind_of, bus, _, elements in chip.interactions:
                    place = (arity if kind_of == LINK else local).setdefault((max(kind_of, READ), bus), len(elements))
                    require(place == len(elements), "malformed_key")
        if self.boundary_machine is not None:
            boundary = self.boundary_machine
            require(boundary.shard_index == boundary.last_shard == NO_INDEX and not boundary.chains
                    and not boundary.statement, "malformed_key")
        packed = [int.from_bytes(data[at:at + 3], "little") for at in range(0, len(data), 3)]
        self.digest = self.hasher.hash_leaf([0x4B, len(data)] + packed)


# ---- 10: headers ----------------------------------------------------------------------------------------------------------

class Header:
    """One table proof's header, and what follows from it."""

    def __init__(self, words, key, machine):
        length = key.hasher.digest_length
        self.machine = machine
        self.h = words.element()
        require(self.h in key.heights, "stack_height_not_allowed")
        self.heights = words.elements(len(machine.chips))
        self.public_values = words.elements(machine.public_values)
        self.linked_root = tuple(words.elements(length))
        self.main_root = tuple(words.elements(length))
        for chip, height in zip(machine.chips, self.heights):
            if chip.fixed_height:
                require(height == chip.fixed_height, "fixed_height")
            require(height <= chip.max_height, "height_over_limit")
        require(sum(self.heights) <= machine.max_total_rows, "total_rows")
        lookups = sum(self.heights[place] for place, _ in machine.listed(LOOKUP))
        require(lookups < P, "lookup_count")
        self.roots = [machine.preprocessed_roots[self.h], self.linked_root, self.main_root]
        # 3: places of the columns in the stack; 6.4: (start, height, group, chip, column).
        self.stack_widths, self.columns = [], []
        for group in range(3):
            start = sum(self.stack_widths) << self.h
            length_of_group = 0
            for place, chip in enumerate(machine.chips):
                if self.heights[place] == 0:
                    continue
                for column in range(chip.widths[group]):
                    self.columns.append((start + length_of_group, self.heights[place], group, place, column))
                    length_of_group += align4(self.heights[place])
            self.stack_widths.append(-(-length_of_group >> self.h))
        for group in (1, 2):
            if self.stack_widths[group] == 0:
                require(self.roots[group] == key.hasher.zero_digest, "root_of_nothing")

    def link_leaf(self, key, shard):
        heights = [height for chip, height in zip(self.machine.chips, self.heights) if chip.widths[1] > 0]
        return key.hasher.hash_leaf([0x4C, shard, self.h] + heights + self.public_values
                                    + key.hasher.digest_elements(self.linked_root))

    def link_terms(self):
        return sum(self.heights[place] for place, _ in self.machine.listed(LINK))


# ---- 4 to 7: one table proof ------------------------------------------------------------------------------------------------

class TableProof:
    def __init__(self, key, header, words, transcript, field, link):
        self.key, self.header, self.words, self.transcript, self.field = key, header, words, transcript, field
        self.link = link
        self.machine = header.machine

    def read(self, label):
        value = self.words.elements(self.field.degree)
        self.transcript.absorb(label, value)
        return value

    def sample(self, label):
        return self.transcript.sample_ext(label, self.field.degree)

    def grind(self, name):
        bits = self.key.profile[name + "_bits"]
        if bits:
            require(self.transcript.check_grinding(name, bits, self.words.element()), name)

    def round(self, name, degree, claim, eq_coordinate, challenge):
        """One round of a sum-check; returns (challenge, next claim)."""
        field = self.field
        values = [self.read(name) for _ in range(degree + 1)]
        total = (field.lerp(eq_coordinate, values[0], values[1]) if eq_coordinate is not None
                 else field.add(values[0], values[1]))
        require(total == claim, name)
        point = self.sample(challenge)
        return point, field.interpolate(values, point)

    def verify(self):
        """Returns the linking sum."""
        self.grind("lookup_grinding")
        self.a, self.b = self.sample("a"), self.sample("b")
        link_sum, claims, row_point, place_point = self.gkr()
        stack_point, stack_values = self.reduce(claims, row_point, place_point)
        self.open(stack_point, stack_values)
        return link_sum

    # 5
    def gkr(self):
        field, header = self.field, self.header
        mu = ceil_log2(max(header.heights))
        self.lists = [self.machine.listed(kind_of) for kind_of in (WRITE, READ, LOOKUP, LINK)]
        kappa = ceil_log2(max(map(len, self.lists)))
        claims = [self.read("roots") for _ in range(6)]
        require(claims[0] == claims[1], "products_differ")
        require(any(claims[0]), "product_zero")
        require(not any(claims[2]), "lookup_sum")
        require(any(claims[3]), "lookup_zero_denominator")
        require(any(claims[5]), "link_zero_denominator")
        link_sum = field.mul(claims[4], field.inverse(claims[5]))
        rho = []
        for layer in range(mu + kappa):
            weights = field.powers(self.sample("lambda"), 6)
            claim = field.sum(field.mul(weight, value) for weight, value in zip(weights, claims))
            point = []
            for k in range(layer):
                coordinate, claim = self.round("gkr_round", 2, claim, rho[k], "gkr_point")
                point.append(coordinate)
            children = [self.read("gkr_children") for _ in range(12)]
            pairs = [(children[2 * i], children[2 * i + 1]) for i in range(6)]
            nodes = [field.mul(*pairs[0]), field.mul(*pairs[1])]
            for (n0, n1), (d0, d1) in ((pairs[2], pairs[3]), (pairs[4], pairs[5])):
                nodes += [field.add(field.mul(n0, d1), field.mul(n1, d0)), field.mul(d0, d1)]
            require(field.sum(field.mul(weight, node) for weight, node in zip(weights, nodes)) == claim, "gkr_children")
            t = self.sample("gkr_child")
            claims = [field.lerp(t, *pair) for pair in pairs]
            rho = [t] + point
        return link_sum, claims, rho[:mu], rho[mu:]

    def nodes_of(self, chip, columns):
        """Values of a chip's program; columns[group] are lists of elements of E."""
        field, values = self.field, []
        for kind, a, b in chip.nodes:
            if kind == 0:
                values.append(field.of(a))
            elif kind <= 3:
                values.append(columns[kind - 1][a])
            elif kind == 4:
                values.append(field.of(self.header.public_values[a]))
            else:
                values.append((field.add, field.sub, field.mul)[kind - 5](values[a], values[b]))
        return values

    def fingerprint(self, interaction, values):
        kind_of, bus, _, elements = interaction
        a, b = self.link if kind_of == LINK else (self.a, self.b)
        result, power = self.field.add(a, self.field.of(bus)), self.field.one
        for node in elements:
            power = self.field.mul(power, b)
            result = self.field.add(result, self.field.mul(power, values[node]))
        return result

    # 6
    def reduce(self, claims, row_point, place_point):
        field, header, machine = self.field, self.header, self.machine
        zero_nodes = [self.nodes_of(chip, [[field.zero] * width for width in chip.widths]) for chip in machine.chips]
        places = [field.eq_at(place_point, place) for place in range(max(map(len, self.lists)))]
        adjusted = [field.sub(claims[0], field.one), field.sub(claims[1], field.one)]
        for kind_of in (LOOKUP, LINK):
            adjusted.append(claims[2 * kind_of - 2])
            value = field.sub(claims[2 * kind_of - 1], field.one)
            for place, (chip, interaction) in enumerate(self.lists[kind_of]):
                constant = field.sub(self.fingerprint(interaction, zero_nodes[chip]), field.one)
                rows = field.less_than(row_point, header.heights[chip])
                value = field.sub(value, field.mul(places[place], field.mul(constant, rows)))
            adjusted.append(value)
        constraint_count = sum(len(chip.constraints) for chip in machine.chips)
        weights = field.powers(self.sample("xi"), constraint_count + 6)
        claim = field.sum(field.mul(weights[constraint_count + j], adjusted[j]) for j in range(6))
        point = []
        for coordinate in row_point:
            challenge, claim = self.round("zerocheck_round", 3, claim, coordinate, "row_point")
            point.append(challenge)
        values = [self.read("column_values") for _ in header.columns]
        columns = [[[field.zero] * width for width in chip.widths] for chip in machine.chips]
        for (_, _, group, chip, column), value in zip(header.columns, values):
            columns[chip][group][column] = value
        nodes = [self.nodes_of(chip, columns[place]) for place, chip in enumerate(machine.chips)]
        total, number = field.zero, 0
        for place, chip in enumerate(machine.chips):
            for node in chip.constraints:
                total = field.add(total, field.mul(weights[number], nodes[place][node]))
                number += 1
        sums = [field.zero] * 6
        for kind_of, listed in enumerate(self.lists):
            for place, (chip, interaction) in enumerate(listed):
                weight, selector = places[place], nodes[chip][interaction[2]]
                fingerprint = self.fingerprint(interaction, nodes[chip])
                if kind_of in (WRITE, READ):
                    terms = [(kind_of, field.mul(selector, field.sub(fingerprint, field.one)))]
                else:
                    constant = self.fingerprint(interaction, zero_nodes[chip])
                    terms = [(2 * kind_of - 2, selector), (2 * kind_of - 1, field.sub(fingerprint, constant))]
                for j, term in terms:
                    sums[j] = field.add(sums[j], field.mul(weight, term))
        total = field.add(total, field.sum(field.mul(weights[constraint_count + j], sums[j]) for j in range(6)))
        require(total == claim, "zerocheck_final")

        weights = field.powers(self.sample("zeta"), len(values))
        claim = field.sum(field.mul(weight, value) for weight, value in zip(weights, values))
        width = sum(header.stack_widths)
        stack_point = []
        for _ in range(header.h + ceil_log2(width)):
            challenge, claim = self.round("jagged_round", 2, claim, None, "stack_point")
            stack_point.append(challenge)
        stack_values = [self.read("stack_values") for _ in range(width)]
        indicator = self.indicator(weights, point, stack_point)
        column_point = stack_point[header.h:]
        combined = field.sum(field.mul(field.eq_at(column_point, j), value) for j, value in enumerate(stack_values))
        require(field.mul(indicator, combined) == claim, "jagged_final")
        return stack_point[:header.h], stack_values

    def indicator(self, weights, point, stack_point):
        """6.6: J(s), bit by bit."""
        field = self.field
        factors = []  # per bit of the stack index: {(bit of x, bit of the index): weight}
        for k, s in enumerate(stack_point):
            r = point[k] if k < len(point) else field.zero
            bits_of_x = [field.sub(field.one, r), r]
            bits_of_index = [field.sub(field.one, s), s]
            factors.append({(x, bit): field.mul(bits_of_x[x], bits_of_index[bit]) for x in (0, 1) for bit in (0, 1)
                            if k < len(point) or x == 0})
        total = field.zero
        for weight, (start, height, *_) in zip(weights, self.header.columns):
            states = {(0, False): field.one}  # (carry, x is less so far): sum of the weights
            for k, options in enumerate(factors):
                following = {}
                start_bit, height_bit = start >> k & 1, height >> k & 1
                for (carry, less), value in states.items():
                    for x in (0, 1):
                        bit = start_bit ^ x ^ carry
                        if (x, bit) not in options:
                            continue
                        state = (start_bit + x + carry >> 1, x < height_bit or x == height_bit and less)
                        part = field.mul(value, options[x, bit])
                        following[state] = field.add(following[state], part) if state in following else part
                states = following
            # A column as high as the whole stack has its bit of the height above the last bit.
            for (carry, less), value in states.items():
                if carry == 0 and (less or height >> len(factors)):
                    total = field.add(total, field.mul(weight, value))
        return total

    # 7
    def open(self, row_point, stack_values):
        field, profile, h = self.field, self.key.profile, self.header.h
        left = h - min(profile["final_log"], h)
        sizes = []
        while left > 0:
            sizes.append(min(profile["fold_arity_log"], left))
            left -= sizes[-1]
        self.grind("batch_grinding")
        self.powers = field.powers(self.sample("beta"), len(stack_values))
        claim = field.sum(field.mul(power, value) for power, value in zip(self.powers, stack_values))
        {"basefold": self.open_basefold, "whir": self.open_whir}[profile["opening"]](row_point, claim, sizes)

    def read_root(self):
        root = tuple(self.words.elements(self.key.hasher.digest_length))
        self.transcript.absorb_digest("fold_root", root)
        return root

    def draw_queries(self, count, bits):
        self.grind("query_grinding")
        return sorted({self.transcript.sample_bits("query", bits) for _ in range(count)})

    def open_commitments(self, indices, log_leaves, size):
        """Leaves of oracle 0: by index, 2^size values of the columns combined by beta."""
        field, header = self.field, self.header
        combined = {index: [field.zero] * (1 << size) for index in indices}
        done = 0
        for group, name in enumerate(("merkle_preprocessed", "merkle_linked", "merkle_main")):
            width = header.stack_widths[group]
            if width == 0:
                continue
            leaves = {index: self.words.elements(width << size) for index in indices}
            self.check_leaves(header.roots[group], log_leaves, leaves, name)
            for index, content in leaves.items():
                for column in range(width):
                    for i in range(1 << size):
                        term = field.scale(self.powers[done + column], content[(column << size) + i])
                        combined[index][i] = field.add(combined[index][i], term)
            done += width
        return combined

    def open_fold(self, root, indices, log_leaves, size):
        """Leaves of a folded oracle: by index, 2^size values."""
        degree = self.field.degree
        contents = {index: self.words.elements(degree << size) for index in indices}
        self.check_leaves(root, log_leaves, contents, "merkle_fold")
        return {index: [content[i * degree:(i + 1) * degree] for i in range(1 << size)]
                for index, content in contents.items()}

    def value_at(self, coefficients, point):
        """The polynomial with these coefficients at a point of F or E."""
        field, total = self.field, self.field.zero
        for coefficient in reversed(coefficients):
            scaled = field.mul(total, point) if isinstance(point, list) else field.scale(total, point)
            total = field.add(scaled, coefficient)
        return total

    def open_basefold(self, row_point, claim, sizes):
        field, header, profile = self.field, self.header, self.key.profile
        h, rate = header.h, profile["log_inverse_rate"]
        starts = [sum(sizes[:j]) for j in range(len(sizes) + 1)]
        first = sizes[0] if sizes else 0
        challenges, roots = [], []
        for group, size in enumerate(sizes):
            for _ in range(size):
                k = len(challenges)
                values = [self.read("opening_round") for _ in range(2)]
                require(field.lerp(row_point[k], *values) == claim, "opening_round")
                self.grind("fold_grinding")
                challenges.append(self.sample("fold_point"))
                claim = field.lerp(challenges[-1], *values)
            if group + 1 < len(sizes):
                roots.append(self.read_root())
        final = [self.read("final") for _ in range(1 << h - starts[-1])]
        table = field.eq_table(row_point[starts[-1]:])
        require(field.sum(field.mul(weight, value) for weight, value in zip(table, final)) == claim, "opening_final")
        log_leaves = h + rate - first
        indices = self.draw_queries(profile["queries"][0], log_leaves)
        combined = self.open_commitments(indices, log_leaves, first)
        # Values by position of the level that is being folded, and its log size.
        level = {index << first | i: value for index, values in combined.items() for i, value in enumerate(values)}
        log_size = h + rate
        for group, size in enumerate(sizes):
            for k in range(size):
                level = self.fold(level, log_size, challenges[starts[group] + k])
                log_size -= 1
            if group + 1 < len(sizes):
                following = sizes[group + 1]
                opened = sorted({position >> following for position in level})
                leaves = self.open_fold(roots[group], opened, log_size - following, following)
                values = {index << following | i: value for index, leaf in leaves.items()
                          for i, value in enumerate(leaf)}
                require(all(values[position] == value for position, value in level.items()), "opening_fold")
                level = values
        generator = root_of_unity(log_size)
        for position, value in level.items():
            point = pow(generator, reversed_bits(position, log_size), P)
            require(self.value_at(final, point) == value, "opening_last")

    # 7.1
    def open_whir(self, row_point, claim, sizes):
        field, profile = self.field, self.key.profile
        sizes = sizes or [0]
        domain = self.header.h + profile["log_inverse_rate"] - sizes[0]
        # The weight, by its terms: a factor of eq of the variables that are not bound, and [factor, point] of each T.
        eq, terms, root = field.one, [], None
        remaining = list(row_point)
        for group, size in enumerate(sizes):
            challenges = []
            for _ in range(size):
                values = [self.read("opening_round") for _ in range(3)]
                require(field.add(values[0], values[1]) == claim, "opening_round")
                self.grind("fold_grinding")
                r = self.sample("fold_point")
                challenges.append(r)
                claim = field.interpolate(values, r)
                coordinate = remaining.pop(0)
                eq = field.mul(eq, field.lerp(r, field.sub(field.one, coordinate), coordinate))
                for term in terms:
                    term[0] = field.mul(term[0], field.lerp(r, field.one, term[1]))
                    term[1] = field.mul(term[1], term[1])
            last = group + 1 == len(sizes)
            new_root, new_claims = None, []
            if last:
                final = [self.read("final") for _ in range(1 << len(remaining))]
                table = field.eq_table(remaining)
                total = field.mul(eq, field.sum(field.mul(weight, value) for weight, value in zip(table, final)))
                for factor, point in terms:
                    total = field.add(total, field.mul(factor, self.value_at(final, point)))
                require(total == claim, "opening_final")
            else:
                new_root = self.read_root()
                for _ in range(profile["ood_samples"]):
                    point = self.sample("ood_point")
                    new_claims.append((point, self.read("ood_value")))
            indices = self.draw_queries(profile["queries"][group], domain)
            leaves = (self.open_commitments(indices, domain, size) if group == 0
                      else self.open_fold(root, indices, domain, size))
            weights, generator = field.eq_table(challenges), root_of_unity(domain)
            for index in indices:
                value = field.sum(field.mul(weight, part) for weight, part in zip(weights, leaves[index]))
                new_claims.append((field.of(pow(generator, reversed_bits(index, domain), P)), value))
            if last:
                for point, value in new_claims:
                    require(self.value_at(final, point) == value, "opening_last")
                return
            powers = field.powers(self.sample("combination"), len(new_claims) + 1)[1:]
            for power, (point, value) in zip(powers, new_claims):
                claim = field.add(claim, field.mul(power, value))
                terms.append([power, point])
            root, domain = new_root, domain + size - 1 - sizes[group + 1]

    def check_leaves(self, root, log_leaves, leaves, name):
        hasher = self.key.hasher
        opened = {index: hasher.hash_leaf(content) for index, content in leaves.items()}
        count = len(sluice_hash.siblings_needed(log_leaves, opened))
        siblings = [tuple(self.words.elements(hasher.digest_length)) for _ in range(count)]
        require(sluice_hash.verify_multi(hasher, root, log_leaves, opened, siblings), name)

    def fold(self, level, log_size, challenge):
        field, half = self.field, pow(2, -1, P)
        generator = root_of_unity(log_size)
        folded = {}
        for position, p in level.items():
            if position & 1:
                continue
            q = level[position + 1]
            x = pow(generator, reversed_bits(position, log_size), P)
            even = field.scale(field.add(p, q), half)
            odd = field.scale(field.sub(p, q), half * pow(x, -1, P))
            folded[position >> 1] = field.lerp(challenge, even, odd)
        return folded


def root_of_unity(log_size):
    """Generator of the subgroup of order 2^log_size: 3^((p - 1) / 2^log_size)."""
    return pow(3, (P - 1) >> log_size, P)


def reversed_bits(value, bits):
    return int(format(value, f"0{bits}b")[::-1], 2) if bits else 0


# ---- 8: the execution -----------------------------------------------------------------------------------------------------

def check_public_values(key, headers, statement):
    machine, shards = key.shard_machine, len(headers)
    previous = [initial for _, _, initial in machine.chains]
    for number, header in enumerate(headers, 1):
        values = header.public_values
        if machine.shard_index != NO_INDEX:
            require(values[machine.shard_index] == number, "shard_index_value")
        if machine.last_shard != NO_INDEX:
            require(values[machine.last_shard] == (number == shards), "last_shard_value")
        for place, (first, last, _) in enumerate(machine.chains):
            require(values[first] == previous[place], "chain")
            previous[place] = values[last]
    require([headers[-1].public_values[index] for index in machine.statement] == list(statement), "statement")


def link_root(key, boundary, headers):
    hasher = key.hasher
    leaves = [boundary.link_leaf(key, 0) if boundary else hasher.zero_digest]
    leaves += [header.link_leaf(key, number) for number, header in enumerate(headers, 1)]
    leaves += [hasher.zero_digest] * ((1 << ceil_log2(len(leaves))) - len(leaves))
    while len(leaves) > 1:
        leaves = [hasher.compress(*leaves[at:at + 2]) for at in range(0, len(leaves), 2)]
    return leaves[0]


def verify_or_refuse(key_bytes, proof, statement, profiles, trace=None):
    key = Key(key_bytes, profiles)
    field = Extension(key.profile["extension_degree"])
    words = Words(proof, "truncated")
    require(words.raw(4) == b"SLPF", "wrong_magic")
    require(words.word() == 1, "unsupported_version")
    shards = words.word()
    require(1 <= shards <= min(key.max_shards, 2**16 - 1), "shard_count")
    boundary = Header(words, key, key.boundary_machine) if key.boundary_machine else None
    headers = [Header(words, key, key.shard_machine) for _ in range(shards)]
    tables = ([(0, boundary)] if boundary else []) + list(enumerate(headers, 1))
    require(sum(header.link_terms() for _, header in tables) <= key.max_link_terms, "link_terms")
    check_public_values(key, headers, statement)

    root = link_root(key, boundary, headers)
    transcript = sluice_hash.Transcript(key.hasher, "sluice linking 1", trace)
    transcript.absorb_digest("key_digest", key.digest)
    transcript.absorb("shards", shards)
    transcript.absorb_digest("link_root", root)
    if key.profile["link_grinding_bits"]:
        require(transcript.check_grinding("link_grinding", key.profile["link_grinding_bits"], words.element()),
                "link_grinding")
    link = [transcript.sample_ext(label, field.degree) for label in ("link_a", "link_b")]

    total = field.zero
    for number, header in tables:
        transcript = sluice_hash.Transcript(key.hasher, "sluice table proof 1", trace)
        transcript.absorb_digest("key_digest", key.digest)
        transcript.absorb("machine", 0 if number else 1)
        transcript.absorb("shards", shards)
        transcript.absorb("shard", number)
        transcript.absorb_digest("link_root", root)
        transcript.absorb("link_a", link[0])
        transcript.absorb("link_b", link[1])
        transcript.absorb("stack_height", header.h)
        transcript.absorb("heights", header.heights)
        transcript.absorb("public_values", header.public_values)
        transcript.absorb_digest("linked_root", header.linked_root)
        transcript.absorb_digest("main_root", header.main_root)
        total = field.add(total, TableProof(key, header, words, transcript, field, link).verify())
    require(words.at == len(proof), "trailing_bytes")
    require(not any(total), "link_sum")


def verify(key, proof, statement, profiles, trace=None):
    """"ok", or the name of the check that refuses. `profiles` maps the word by which a key names parameters to these: hasher (a name of
    sluice_hash.HASHERS), extension_degree, opening ("basefold" or "whir"), log_inverse_rate, fold_arity_log, final_log,
    queries (a list), ood_samples, and the grinding bits link_, lookup_, batch_, fold_ and query_grinding_bits. `trace` is that of
    sluice_hash.Transcript, for all transcripts."""
    try:
        verify_or_refuse(key, proof, statement, profiles, trace)
    except Refused as refused:
        return str(refused)
    return "ok"
