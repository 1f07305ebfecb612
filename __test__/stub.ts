// A server that answers every request of DynamoDB's wire protocol with "nothing there", and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface SeenRequest {
  operation: string
  accessKeyId: string | undefined
  region: string | undefined
  sessionToken: string | undefined
  path: string
}

export interface Stub {
  url: string
  requests: SeenRequest[]
  close(): Promise<void>
}

/** @param answer what to do with a request; by default, `{}` with status 200 */
export async function startStub(
  answer: (request: IncomingMessage, response: ServerResponse) => void = empty,
): Promise<Stub> {
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/dynamodb\//.exec(request.headers.authorization ?? "")
    requests.push({
      operation: String(request.headers["x-amz-target"]).split(".").pop()!,
      accessKeyId: scope?.[1],
      region: scope?.[2],
      sessionToken: request.headers["x-amz-security-token"] as string | undefined,
      path: request.url ?? "",
    })
    request.resume().on("end", () => answer(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export function empty(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}")
}

/** DynamoDB's form of an error. */
export function failing(name: string, message: string, status = 400) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "REQUEST-1" })
      .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }))
  }
}
