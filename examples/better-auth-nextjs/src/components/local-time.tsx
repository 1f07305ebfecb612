"use client"

import { useHydrated } from "./use-hydrated"

/** A date in the reader's own language and time zone, which the server does not know: its HTML has UTC. */
export function LocalTime({ date }: { date: Date }) {
  const format = { dateStyle: "medium", timeStyle: "medium" } as const
  const text = useHydrated()
    ? date.toLocaleString(undefined, format)
    : date.toLocaleString("en", { ...format, timeZone: "UTC" })
  return <time dateTime={date.toISOString()}>{text}</time>
}
