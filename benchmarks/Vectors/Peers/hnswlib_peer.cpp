// hnswlib as the benchmark's peer: commands on standard input, one line of numbers for each on standard output.
//   build THREADS     seconds, resident bytes that the index added
//   search EF         seconds for all queries on one thread, recall
//   save FILE         bytes
//   load FILE         seconds
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

template <class T>
static std::vector<T> read(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(T));
    return values;
}

static double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

static long resident() {
    std::ifstream status("/proc/self/statm");
    long total, pages;
    status >> total >> pages;
    return pages * 4096;
}

int main(int, char** arguments) {
    auto base = read<float>(arguments[1]), queries = read<float>(arguments[2]);
    auto truth = read<int>(arguments[3]);
    const int dimension = std::stoi(arguments[4]), k = std::stoi(arguments[6]);
    const size_t count = base.size() / dimension, asked = queries.size() / dimension;
    std::unique_ptr<hnswlib::SpaceInterface<float>> space;
    if (std::string(arguments[5]) == "Euclidean")
        space.reset(new hnswlib::L2Space(dimension));
    else
        space.reset(new hnswlib::InnerProductSpace(dimension));
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> index;
    std::string command;
    std::cout << "ready" << std::endl;
    while (std::cin >> command) {
        if (command == "build") {
            int threads;
            std::cin >> threads;
            index.reset();
            const long before = resident();
            const double start = now();
            index.reset(new hnswlib::HierarchicalNSW<float>(space.get(), count, 16, 200));
            std::atomic<size_t> next{0};
            std::vector<std::thread> workers;
            for (int t = 0; t < threads; t++)
                workers.emplace_back([&] {
                    for (size_t i; (i = next++) < count;) index->addPoint(base.data() + i * dimension, i);
                });
            for (auto& worker : workers) worker.join();
            std::cout << now() - start << " " << resident() - before << std::endl;
        } else if (command == "search") {
            int ef;
            std::cin >> ef;
            index->setEf(ef);
            std::vector<int> found(asked * k, -1);
            const double start = now();
            for (size_t q = 0; q < asked; q++) {
                auto result = index->searchKnn(queries.data() + q * dimension, k);
                for (size_t i = q * k; !result.empty(); result.pop()) found[i++] = static_cast<int>(result.top().second);
            }
            const double seconds = now() - start;
            size_t hits = 0;
            for (size_t q = 0; q < asked; q++)
                for (int i = 0; i < k; i++)
                    for (int j = 0; j < k; j++) hits += found[q * k + i] == truth[q * k + j];
            std::cout << seconds << " " << double(hits) / (asked * k) << std::endl;
        } else if (command == "save") {
            std::string path;
            std::cin >> path;
            index->saveIndex(path);
            std::cout << std::ifstream(path, std::ios::ate).tellg() << std::endl;
        } else if (command == "load") {
            std::string path;
            std::cin >> path;
            const double start = now();
            index.reset(new hnswlib::HierarchicalNSW<float>(space.get(), path));
            std::cout << now() - start << std::endl;
        }
    }
}
