// An identity provider for the tests: oidc-provider (certified by the OpenID Foundation), with a sign-in page of two fields.

import { createServer } from "node:http";
import { once } from "node:events";
import { after } from "node:test";
import { Provider } from "oidc-provider";
import { freePort } from "./harness.mjs";

const ORGANISATION = "https://id.oidc.se/scope/naturalPersonOrgId";
const NUMBER = "https://id.oidc.se/claim/orgNumber";
const AFFILIATION = "https://id.oidc.se/claim/orgAffiliation";
export const SECRET = "en hemlighet mellan portalen och inloggningstjansten";

/**
 * Started on a port of its own. `host` is 127.0.0.1 or localhost: cookies do not tell ports apart. `people`: by subject,
 * { name, email, number, affiliation }. One that is not talkative does not tell the portal of its own logouts. Stops with the
 * test file.
 */
export async function startProvider({ key, host, portal, people, isTalkative = true }) {
  const port = await freePort();
  const issuer = `http://${host}:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "portalen",
        client_secret: SECRET,
        redirect_uris: [`${portal}/logga-in/${key}/svar`],
        post_logout_redirect_uris: [`${portal}/logga-in`],
        ...(isTalkative && {
          backchannel_logout_uri: `${portal}/logga-in/${key}/utloggning`,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    acrValues: ["loa2", "loa3"],
    claims: {
      openid: ["sub"],
      profile: ["name"],
      email: ["email", "email_verified"],
      [ORGANISATION]: [NUMBER, AFFILIATION],
    },
    scopes: ["openid", "profile", "email", ORGANISATION],
    cookies: { keys: ["prov"], names: { session: `${key}_session`, interaction: `${key}_steg`, resume: `${key}_resume` } },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Logga ut överallt</button>`);
        },
        postLogoutSuccessSource(ctx) {
          ctx.body = page("<h1>Utloggad</h1>");
        },
      },
    },
    pkce: { required: () => true },
    // Its own fetch goes to no address of this machine, where the portal is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    interactions: { url: (_, interaction) => `/steg/${interaction.uid}` },
    async findAccount(_, accountId) {
      const { name, email, number, affiliation } = people[accountId];
      const claims = { sub: accountId, name, email, email_verified: true, [NUMBER]: number, [AFFILIATION]: affiliation };
      return { accountId, claims: async () => claims };
    },
    // Nobody is asked for consent between an employer's provider and a portal that the employer has connected.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(`openid profile email ${ORGANISATION}`);
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      ctx.body = page(`<p>${JSON.stringify(out)}</p>`);
    },
  });
  provider.on("server_error", (_, error) => console.error(error));
  provider.on("backchannel.error", (_, error) => console.error("backchannel", error));
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    if (!request.url.startsWith("/steg/")) return answer(request, response);
    try {
      const { prompt } = await provider.interactionDetails(request, response);
      if (request.method === "GET") {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
        return response.end(page(`<h1>${key}</h1><form method="post"><label>Vem <input name="who"></label>
          <label>Tillit <input name="acr" value="loa3"></label><button>Logga in (${prompt.name})</button></form>
          <form method="post"><button name="stop" value="1">Avbryt</button></form>`));
      }
      let body = "";
      for await (const chunk of request) body += chunk;
      const typed = new URLSearchParams(body);
      const result = typed.get("stop")
        ? { error: "access_denied" }
        : { login: { accountId: typed.get("who"), acr: typed.get("acr") } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { key, issuer };
}

function page(content) {
  return `<!doctype html><html lang="sv"><meta charset="utf-8"><title>Inloggningstjänst</title>${content}`;
}
