// Qdrant's own JavaScript client against the server at argv[2]; argv[3] is the folder in which npm installed it. Prints ok, or throws.
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const { QdrantClient } = createRequire(process.argv[3] + '/')('@qdrant/js-client-rest');
const client = new QdrantClient({ url: process.argv[2], checkCompatibility: false });
const name = 'cities';

await client.createCollection(name, {
  vectors: { place: { size: 4, distance: 'Cosine' } }, sparse_vectors: { words: { modifier: 'idf' } }, shard_number: 2,
});
await client.upsert(name, {
  wait: true,
  points: [
    { id: 1, vector: { place: [0.1, 0.2, 0.3, 0.4], words: { indices: [1, 7], values: [1, 2] } }, payload: { city: 'Oslo', n: 1 } },
    { id: 2, vector: { place: [0.4, 0.3, 0.2, 0.1], words: { indices: [7], values: [1] } }, payload: { city: 'Rome', n: 2 } },
    { id: '6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11', vector: { place: [0, 0, 0, 1] }, payload: { city: 'Oslo', n: 3 } },
  ],
});
const oslo = { must: [{ key: 'city', match: { value: 'Oslo' } }] };
const near = { query: [0.1, 0.2, 0.3, 0.4], using: 'place', limit: 10 };

assert.deepEqual((await client.query(name, { ...near, filter: oslo })).points.map((point) => point.id), [1, '6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11']);
assert.deepEqual((await client.search(name, { vector: { name: 'place', vector: [0.4, 0.3, 0.2, 0.1] }, limit: 1, with_payload: true }))[0].payload, { city: 'Rome', n: 2 });
assert.equal((await client.query(name, { prefetch: [near, { query: { indices: [1], values: [1] }, using: 'words' }], query: { fusion: 'rrf' } })).points[0].id, 1);
assert.equal((await client.recommend(name, { positive: [1], using: 'place', limit: 1 }))[0].id, '6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11');
assert.equal((await client.queryBatch(name, { searches: [near, { ...near, limit: 1 }] })).map((answer) => answer.points.length).join(), '3,1');
assert.equal((await client.queryGroups(name, { ...near, group_by: 'city' })).groups.length, 2);
const page = await client.scroll(name, { limit: 2, with_vector: true });
assert.equal(page.next_page_offset, '6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11');
assert.equal((await client.count(name, { filter: oslo, exact: true })).count, 2);
assert.deepEqual((await client.facet(name, { key: 'city' })).hits, [{ value: 'Oslo', count: 2 }, { value: 'Rome', count: 1 }]);

await client.createPayloadIndex(name, { field_name: 'n', field_schema: 'integer', wait: true });
const described = await client.getCollection(name);
assert.deepEqual([described.points_count, described.payload_schema.n.points, described.config.params.shard_number], [3, 3, 2]);
await client.setPayload(name, { payload: { seen: true }, points: [1], wait: true });
assert.equal((await client.retrieve(name, { ids: [1] }))[0].payload.seen, true);
await client.batchUpdate(name, { wait: true, operations: [{ delete: { points: [2] } }, { clear_payload: { points: [1] } }] });
assert.equal((await client.count(name)).count, 2);

await client.updateCollectionAliases({ actions: [{ create_alias: { collection_name: name, alias_name: 'live' } }] });
assert.deepEqual((await client.getAliases()).aliases, [{ alias_name: 'live', collection_name: name }]);
const snapshot = await client.createSnapshot(name);
assert.deepEqual((await client.listSnapshots(name)).map((one) => one.name), [snapshot.name]);
await client.deleteSnapshot(name, snapshot.name);
await assert.rejects(client.upsert(name, { points: [{ id: 1, vector: { place: [1] } }] }), (error) => error.data.status.error.includes('dimension'));
assert.equal((await client.collectionExists('live')).exists, true);
await client.deleteCollection(name);
assert.deepEqual((await client.getCollections()).collections, []);
console.log('ok');
