"""Blocks of every quantised format with the values that the format's definition gives them (ggml's layouts, decoded value by value in float64).

    python3 make_blocks.py > blocks.json
"""
import base64
import json

import numpy as np


def half(block, at):
    return float(np.frombuffer(block[at:at + 2], dtype=np.float16)[0])


def q4_0(b):
    d, q = half(b, 0), b[2:]
    return [d * ((q[j] & 15) - 8) for j in range(16)] + [d * ((q[j] >> 4) - 8) for j in range(16)]


def q4_1(b):
    d, m, q = half(b, 0), half(b, 2), b[4:]
    return [d * (q[j] & 15) + m for j in range(16)] + [d * (q[j] >> 4) + m for j in range(16)]


def fifth(b, at):
    word = int.from_bytes(b[at:at + 4], "little")
    return lambda i: (word >> i & 1) << 4


def q5_0(b):
    d, h, q = half(b, 0), fifth(b, 2), b[6:]
    return [d * ((q[j] & 15 | h(j)) - 16) for j in range(16)] + [d * ((q[j] >> 4 | h(j + 16)) - 16) for j in range(16)]


def q5_1(b):
    d, m, h, q = half(b, 0), half(b, 2), fifth(b, 4), b[8:]
    return [d * (q[j] & 15 | h(j)) + m for j in range(16)] + [d * (q[j] >> 4 | h(j + 16)) + m for j in range(16)]


def q8_0(b):
    return [half(b, 0) * int(v) for v in np.frombuffer(b[2:34], dtype=np.int8)]


def q2_k(b):
    scales, q, d, dmin = b[:16], b[16:80], half(b, 80), half(b, 82)
    out = []
    for n in range(2):
        for shift in range(0, 8, 2):
            for part in range(2):
                s = scales[n * 8 + shift + part]
                out += [d * (s & 15) * (q[32 * n + 16 * part + l] >> shift & 3) - dmin * (s >> 4) for l in range(16)]
    return out


def q3_k(b):
    hmask, q, packed, d = b[:32], b[32:96], b[96:108], half(b, 108)
    scales = []
    for i in range(16):
        low = packed[i] & 15 if i < 8 else packed[i - 8] >> 4
        scales.append((low | (packed[8 + i % 4] >> 2 * (i // 4) & 3) << 4) - 32)
    out, group = [], 0
    for n in range(2):
        for j in range(4):
            for part in range(2):
                for l in range(16):
                    i = 16 * part + l
                    code = (q[32 * n + i] >> 2 * j & 3) - (0 if hmask[i] >> (4 * n + j) & 1 else 4)
                    out.append(d * scales[group] * code)
                group += 1
    return out


def scale_min(s, j):
    if j < 4:
        return s[j] & 63, s[j + 4] & 63
    return (s[j + 4] & 15) | (s[j - 4] >> 6) << 4, (s[j + 4] >> 4) | (s[j] >> 6) << 4


def q4_k(b):
    d, dmin, s, q = half(b, 0), half(b, 2), b[4:16], b[16:]
    out = []
    for j in range(8):
        sc, m = scale_min(s, j)
        for l in range(32):
            byte = q[32 * (j // 2) + l]
            out.append(d * sc * (byte >> 4 if j % 2 else byte & 15) - dmin * m)
    return out


def q5_k(b):
    d, dmin, s, h, q = half(b, 0), half(b, 2), b[4:16], b[16:48], b[48:]
    out = []
    for j in range(8):
        sc, m = scale_min(s, j)
        for l in range(32):
            byte = q[32 * (j // 2) + l]
            out.append(d * sc * ((byte >> 4 if j % 2 else byte & 15) + (16 if h[l] >> j & 1 else 0)) - dmin * m)
    return out


def q6_k(b):
    ql, qh, sc, d = b[:128], b[128:192], np.frombuffer(b[192:208], dtype=np.int8), half(b, 208)
    out = [0.0] * 256
    for n in range(2):
        for l in range(32):
            for part in range(4):
                low = ql[64 * n + 32 * (part % 2) + l]
                code = ((low >> 4 if part >= 2 else low & 15) | (qh[32 * n + l] >> 2 * part & 3) << 4) - 32
                out[128 * n + 32 * part + l] = d * int(sc[8 * n + l // 16 + 2 * part]) * code
    return out


FORMATS = {
    "Q4_0": (q4_0, 18, [0]), "Q4_1": (q4_1, 20, [0, 2]), "Q5_0": (q5_0, 22, [0]), "Q5_1": (q5_1, 24, [0, 2]), "Q8_0": (q8_0, 34, [0]),
    "Q2_K": (q2_k, 84, [80, 82]), "Q3_K": (q3_k, 110, [108]), "Q4_K": (q4_k, 144, [0, 2]), "Q5_K": (q5_k, 176, [0, 2]), "Q6_K": (q6_k, 210, [208]),
}

if __name__ == "__main__":
    random = np.random.default_rng(5)
    cases = []
    for name, (decode, size, halves) in FORMATS.items():
        for scale in (0.01, -0.02, 3e-6):
            block = bytearray(random.integers(0, 256, size, dtype=np.uint8).tobytes())
            for at in halves:
                block[at:at + 2] = np.float16(scale * (1 if at == halves[0] else 2)).tobytes()
            cases.append({"format": name, "block": base64.b64encode(bytes(block)).decode(), "values": [float(f"{v:.9g}") for v in decode(bytes(block))]})
    print(json.dumps(cases, separators=(",", ":")))
