import { randomUUID } from "node:crypto"
import { stripe } from "@better-auth/stripe"
import { organization } from "better-auth/plugins"
import Stripe from "stripe"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { stage } from "../stage"

const stripeWebhookSecret = "whsec_test"
const now = Math.floor(Date.now() / 1000)

/** As much of Stripe as the plugin asks for: customers, subscriptions and checkouts that a test completes. */
function stubbedStripe() {
  const { webhooks } = new Stripe("sk_test")
  const customers: any[] = []
  const subscriptions: any[] = []
  const checkouts: any[] = []
  const list = (data: any[]) =>
    Object.assign(Promise.resolve({ data }), {
      async *[Symbol.asyncIterator]() {
        yield* data
      },
    })
  const client = {
    webhooks,
    customers: {
      create: async (customer: any) => {
        customers.push({ id: `cus_${randomUUID()}`, ...customer })
        return customers.at(-1)
      },
      update: async (id: string, update: any) => Object.assign(client.customers.find(id), update),
      retrieve: async (id: string) => client.customers.find(id),
      search: async () => ({ data: [] }),
      list: () => list([]),
      find: (id: string) => customers.find((customer) => customer.id === id),
    },
    subscriptions: {
      list: ({ customer }: any) => list(subscriptions.filter((one) => one.customer === customer)),
      retrieve: async (id: string) => subscriptions.find((one) => one.id === id),
      update: async (id: string, update: any) =>
        Object.assign(
          subscriptions.find((one) => one.id === id),
          update,
        ),
    },
    prices: { list: async () => ({ data: [] }), retrieve: async (id: string) => ({ id, recurring: {} }) },
    checkout: {
      sessions: {
        create: async (session: any) => {
          checkouts.push({ id: `cs_${randomUUID()}`, url: "https://stripe.example/checkout", ...session })
          return checkouts.at(-1)
        },
        retrieve: async (id: string) => checkouts.find((one) => one.id === id),
      },
    },
    billingPortal: { sessions: { create: async () => ({ url: "https://stripe.example/portal" }) } },
  }
  /** A subscription that a customer has at Stripe. */
  const subscribe = (customer: string, more: object = {}) => {
    const subscription = {
      id: `sub_${randomUUID()}`,
      object: "subscription",
      customer,
      status: "active",
      cancel_at_period_end: false,
      cancel_at: null,
      canceled_at: null,
      ended_at: null,
      trial_start: null,
      trial_end: null,
      metadata: {},
      items: {
        data: [
          {
            id: "si_1",
            quantity: 1,
            price: { id: "price_pro", lookup_key: null, recurring: { interval: "month" } },
            current_period_start: now,
            current_period_end: now + 2_592_000,
          },
        ],
      },
      ...more,
    }
    subscriptions.push(subscription)
    return subscription
  }
  return { client, customers, checkouts, subscribe }
}

async function withStripe(engine: Engine) {
  const stub = stubbedStripe()
  const opened = await stage(engine, {
    plugins: [
      organization(),
      stripe({
        stripeClient: stub.client as never,
        stripeWebhookSecret,
        createCustomerOnSignUp: true,
        organization: { enabled: true },
        subscription: {
          enabled: true,
          plans: [
            { name: "pro", priceId: "price_pro" },
            { name: "team", priceId: "price_team" },
          ],
          authorizeReference: async () => true,
        },
      }),
    ],
  })
  /** Tells the app of an event, as Stripe does. */
  const event = async (type: string, object: object) => {
    const payload = JSON.stringify({ id: `evt_${randomUUID()}`, object: "event", type, data: { object } })
    const signature = await stub.client.webhooks.generateTestHeaderStringAsync({
      payload,
      secret: stripeWebhookSecret,
    })
    const headers = { "stripe-signature": signature, "content-type": "application/json" }
    const answer = await opened.browser().send("POST", "/stripe/webhook", { body: payload, headers })
    expect(answer.status).toBe(200)
    // The plugin answers 200 to an event that it could not store, and logs why.
    expect(opened.log.filter((line) => line.includes("webhook"))).toEqual([])
  }
  return { ...opened, ...stub, event }
}

const urls = { successUrl: "/done", cancelUrl: "/back", returnUrl: "/back" }

describe.each(engines)("stripe on $name", (engine) => {
  it("subscribes a user by a checkout and its events, and cancels", async () => {
    const { signUp, checkouts, subscribe, event, scanned } = await withStripe(engine)
    const ada = await signUp("Ada")
    const { stripeCustomerId } = (await ada.session())!.user
    expect(stripeCustomerId).toMatch(/^cus_/)
    await ada.post("/subscription/upgrade", { plan: "pro", ...urls })
    expect(await ada.get("/subscription/list")).toEqual([])
    const [checkout] = checkouts
    const subscription = subscribe(stripeCustomerId, { metadata: checkout.metadata })
    await event("checkout.session.completed", { ...checkout, subscription: subscription.id })
    const [active] = await ada.get("/subscription/list")
    expect(active).toMatchObject({ plan: "pro", status: "active", stripeSubscriptionId: subscription.id })

    const again = await ada.send("POST", "/subscription/upgrade", { body: { plan: "pro", ...urls } })
    expect(again.status).toBe(400)
    await ada.post("/subscription/upgrade", { plan: "team", subscriptionId: subscription.id, ...urls })
    await ada.post("/subscription/cancel", { subscriptionId: subscription.id, returnUrl: "/back" })
    await event("customer.subscription.updated", { ...subscription, cancel_at_period_end: true })
    expect(await ada.get("/subscription/list")).toMatchObject([{ cancelAtPeriodEnd: true }])
    await ada.post("/subscription/restore", { subscriptionId: subscription.id })
    await event("customer.subscription.deleted", { ...subscription, status: "canceled" })
    expect(await ada.get("/subscription/list")).toEqual([])
    expect(scanned()).toEqual([])
  })

  it("learns of a subscription made at Stripe, by its customer", async () => {
    const { signUp, subscribe, event, scanned } = await withStripe(engine)
    const ada = await signUp("Ada")
    const { stripeCustomerId } = (await ada.session())!.user
    const subscription = subscribe(stripeCustomerId)
    await event("customer.subscription.created", subscription)
    await event("customer.subscription.created", subscription)
    expect(await ada.get("/subscription/list")).toMatchObject([{ stripeSubscriptionId: subscription.id }])
    await event("customer.subscription.updated", { ...subscription, id: "sub_other", status: "trialing" })
    expect(await ada.get("/subscription/list")).toMatchObject([{ status: "trialing" }])
    expect(scanned()).toEqual([])
  })

  it("subscribes an organization", async () => {
    const { signUp, customers, checkouts, subscribe, event, scanned } = await withStripe(engine)
    const ada = await signUp("Ada")
    const { id } = await ada.post("/organization/create", { name: "Acme", slug: "acme" })
    const reference = { customerType: "organization", referenceId: id }
    await ada.post("/subscription/upgrade", { plan: "pro", ...reference, ...urls })
    const { id: customer } = customers.find(({ metadata }) => metadata.organizationId === id)
    const subscription = subscribe(customer, { metadata: checkouts[0].metadata })
    await event("checkout.session.completed", { ...checkouts[0], subscription: subscription.id })
    const list = await ada.get("/subscription/list", reference)
    expect(list).toMatchObject([{ referenceId: id, status: "active" }])
    // By the organization's customer.
    await event("customer.subscription.created", subscribe(customer))
    expect(await ada.get("/subscription/list", reference)).toHaveLength(2)
    const inUse = await ada.send("POST", "/organization/delete", { body: { organizationId: id } })
    expect(inUse.status).toBe(400)
    expect(await ada.get("/subscription/list")).toEqual([])
    expect(scanned()).toEqual([])
  })
})
