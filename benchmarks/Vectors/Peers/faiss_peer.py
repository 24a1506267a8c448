"""FAISS as the benchmark's peer: commands on standard input, one line of numbers for each on standard output.

exact THREADS BATCH          seconds for all queries, BATCH at a time
ivfpq LISTS SUBSPACES        seconds to train and add on one thread; codes of 4 bits a subspace
probe PROBES OVERSAMPLING    seconds for all queries on one thread, recall after exact rescoring
"""

import sys
import time

import faiss
import numpy

base_file, query_file, truth_file, dimension, metric, k = sys.argv[1:7]
dimension, k = int(dimension), int(k)
base = numpy.fromfile(base_file, numpy.float32).reshape(-1, dimension)
queries = numpy.fromfile(query_file, numpy.float32).reshape(-1, dimension)
truth = numpy.fromfile(truth_file, numpy.int32).reshape(-1, k)
kind = faiss.METRIC_L2 if metric == "Euclidean" else faiss.METRIC_INNER_PRODUCT
flat = faiss.IndexFlat(dimension, kind)
flat.add(base)
index = None
print("ready", flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    start = time.perf_counter()
    if command == "exact":
        threads, batch = map(int, arguments)
        faiss.omp_set_num_threads(threads)
        for first in range(0, len(queries), batch):
            flat.search(queries[first : first + batch], k)
        print(time.perf_counter() - start, flush=True)
    elif command == "ivfpq":
        lists, subspaces = map(int, arguments)
        faiss.omp_set_num_threads(1)
        index = faiss.index_factory(dimension, f"IVF{lists},PQ{subspaces}x4fs,RFlat", kind)
        index.train(base[:60000])
        index.add(base)
        print(time.perf_counter() - start, flush=True)
    elif command == "probe":
        probes, oversampling = map(int, arguments)
        faiss.omp_set_num_threads(1)
        faiss.ParameterSpace().set_index_parameter(index, "nprobe", probes)
        index.k_factor = oversampling
        start = time.perf_counter()
        _, found = index.search(queries, k)
        seconds = time.perf_counter() - start
        hits = sum(len(set(one) & set(right)) for one, right in zip(found.tolist(), truth.tolist()))
        print(seconds, hits / truth.size, flush=True)
