export const dynamic = "force-dynamic"

export function GET() {
  return Response.json({ link: globalThis.lastLink, instrumented: globalThis.instrumented })
}
