// The story that both runners tell, by their own `expect`.
export async function story({ DynamoDBAdapter, DynamoAdapterError }, expect) {
  const adapter = DynamoDBAdapter({ endpoint: "memory:" })
  const user = {
    email: `${Math.random()}@example.com`,
    emailVerified: new Date("2026-02-03T04:05:06.789Z"),
    tags: ["a", [new Date(1)]],
    map: new Map([["a", new Set([1])]]),
    bytes: new Uint8Array([1, 2]),
  }
  const promise = adapter.createUser(user)
  expect(promise).toBeInstanceOf(Promise)
  const { id } = await promise
  expect(await adapter.getUser(id)).toStrictEqual({ ...user, id })
  expect((await adapter.getUser(id)).emailVerified).toBeInstanceOf(Date)
  const error = await adapter.createUser({ ...user, id: "another" }).catch((error) => error)
  expect(error).toBeInstanceOf(DynamoAdapterError)
  expect(error).toBeInstanceOf(Error)
  expect(error.code).toBe("EMAIL_EXISTS")
  return adapter
}
