const { DynamoDBAdapter } = require("dynauth")

const adapter = DynamoDBAdapter({ endpoint: "memory:" })
adapter
  .createUser({ email: "ada@example.com", emailVerified: null })
  .then(({ id }) => adapter.getUser(id))
  .then(({ email }) => console.log(`CommonJS has ${email}`))
