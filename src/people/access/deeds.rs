//! What a post does, in words: said before what was held is sent on.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;

/// `Du höll på att …`. The first that fits holds.
const DEEDS: &[(&str, &str)] = &[
    ("/aterbetalningar/bidrag/{grant}/overskott", "registrera en återbetalning av överskott"),
    ("/aterbetalningar/ny", "registrera en inbetalning"),
    ("/aterbetalningar/{id}/avslut", "avsluta en inbetalning"),
    ("/aterbetalningar/{id}/bortforing", "koppla bort en inbetalning från ett bidrag"),
    ("/aterbetalningar/{id}/matchning", "föra en inbetalning till ett bidrag"),
    ("/bidrag/{id}/rapporter/{key}/bilagor/{attachment}/borttagning", "ta bort en fil ur en rapport"),
    ("/bidrag/{id}/rapporter/{key}/filer", "ladda upp en fil till en rapport"),
    ("/bidrag/{id}/rapporter/{key}/underskrift", "skriva under och lämna in en rapport"),
    ("/bidrag/{id}/redovisning", "påbörja en redovisning"),
    ("/bidrag/{id}/rekvisitioner", "påbörja en rekvisition"),
    ("/bidrag/{id}/vidarefordelning", "påbörja en vidarefördelning"),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/aterbetalning",
        "registrera pengar som en utförare har betalat tillbaka",
    ),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/atertagande",
        "återta pengar som en utförare inte har fått",
    ),
    ("/bidrag/{id}/vidarefordelning/ansokningar/{application}/avslag", "avslå en utförares ansökan"),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/komplettering",
        "begära att en utförare kompletterar",
    ),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/konto",
        "ändra kontot som en utförare får pengar till",
    ),
    ("/bidrag/{id}/vidarefordelning/ansokningar/{application}/lank", "göra en ny länk till en utförare"),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/rattning",
        "lämna tillbaka en ansökan till en utförare",
    ),
    (
        "/bidrag/{id}/vidarefordelning/ansokningar/{application}/struket",
        "stryka det som en utförare har betalat tillbaka",
    ),
    ("/bidrag/{id}/vidarefordelning/beslut", "besluta om pengar till utförare"),
    ("/bidrag/{id}/vidarefordelning/betalningslistor", "göra en betalningslista"),
    (
        "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/betalt-anda",
        "markera att en betalning gjordes ändå",
    ),
    (
        "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/inte-betalt",
        "markera betalningar som inte gjordes",
    ),
    ("/bidrag/{id}/vidarefordelning/inbjudningar", "bjuda in utförare"),
    ("/bidrag/{id}/vidarefordelning/modell", "spara en fördelningsmodell"),
    ("/bidrag/{id}/vidarefordelning/modell/andring", "ändra en fördelningsmodell"),
    ("/bidrag/{id}/vidarefordelning/modell/dagar", "flytta fram dagarna i en fördelningsmodell"),
    ("/bidrag/{id}/vidarefordelning/modell/faststallelse", "fastställa en fördelningsmodell"),
    ("/bidrag/{id}/vidarefordelning/omfordelning", "fördela om pengar"),
    ("/bidrag/{id}/vidarefordelning/redovisning", "föra in vidarefördelningen i redovisningen"),
    ("/bidrag/{id}/vidarefordelning/reserv", "ändra reserven"),
    ("/enheter", "lägga till en enhet"),
    ("/enheter/inlasning", "läsa in en lista med enheter"),
    ("/enheter/{unit}", "ändra en enhet"),
    ("/forslag", "påbörja ett förslag"),
    ("/forslag/ersattning", "påbörja en ny fördelning"),
    ("/forslag/{id}/aterlamnande", "lämna tillbaka ett förslag"),
    ("/forslag/{id}/atertagande", "ta tillbaka ett förslag"),
    ("/forslag/{id}/fordelning/import", "läsa in en fördelningstabell"),
    ("/forslag/{id}/fordelning/import/{step}", "läsa in en fördelningstabell"),
    ("/forslag/{id}/framlaggning", "lägga fram ett förslag"),
    ("/forslag/{id}/nedlaggning", "lägga ned ett förslag"),
    ("/forslag/{id}/publicering", "publicera en överenskommelse"),
    ("/forslag/{id}/{part}", "spara en del av ett förslag"),
    ("/forslag/{id}/{part}/{what}", "spara en del av ett förslag"),
    ("/granskning/bidrag/{id}/anstand", "ge anstånd"),
    ("/granskning/bidrag/{id}/rakenskaper", "begära räkenskaper"),
    ("/granskning/enkat/{slug}", "läsa in en enkätlista"),
    ("/granskning/ny", "registrera en rekvisition som kom på papper"),
    ("/granskning/rakenskaper/{id}/avslut", "avsluta en begäran om räkenskaper"),
    ("/granskning/rakenskaper/{id}/komplettering", "begära mer räkenskaper"),
    ("/granskning/redovisningar/tilldela", "ta eller lämna över en redovisning"),
    ("/granskning/redovisningar/{id}/godkannande", "godkänna en redovisning"),
    ("/granskning/redovisningar/{id}/handlaggare", "ta eller lämna över en redovisning"),
    ("/granskning/redovisningar/{id}/komplettering", "begära att en redovisning kompletteras"),
    ("/granskning/redovisningar/{id}/original", "registrera att en redovisning kom in på papper"),
    ("/granskning/redovisningar/{id}/rattelse", "öppna en redovisning för rättelse"),
    ("/granskning/tilldela", "ta eller lämna över en rekvisition"),
    ("/granskning/uppdrag/{code}", "ändra ett uppdrag"),
    ("/granskning/{id}/avslag", "avslå en rekvisition"),
    ("/granskning/{id}/godkannande", "godkänna en rekvisition"),
    ("/granskning/{id}/handlaggare", "ta eller lämna över en rekvisition"),
    ("/granskning/{id}/komplettering", "begära att en rekvisition kompletteras"),
    ("/granskning/{id}/original", "registrera att en rekvisition kom in på papper"),
    ("/kollegor/inbjudningar", "bjuda in en kollega"),
    ("/kollegor/inbjudningar/{invitation}/aterkallande", "dra tillbaka en inbjudan"),
    ("/kollegor/{id}/borttagning", "ta roller från en kollega"),
    ("/kollegor/{id}/losenord", "göra en länk till ett nytt lösenord"),
    ("/kollegor/{id}/roller", "ge en kollega en roll"),
    ("/konto/identitet/{provider}", "knyta en inloggning till ditt konto"),
    ("/konto/inloggningar/utloggning", "logga ut på ett annat ställe"),
    ("/konto/inloggningar/utloggning-ovriga", "logga ut överallt utom här"),
    ("/konto/losenord", "byta lösenord"),
    ("/konto/{what}", "ändra hur du loggar in"),
    ("/konto/{what}/{how}", "ändra hur du loggar in"),
    ("/overenskommelser/{slug}/aterbetalningskonto", "ändra kontot för återbetalningar"),
    ("/overenskommelser/{slug}/diarienummer", "ändra diarienummer"),
    ("/overenskommelser/{slug}/sista-dagar", "ändra sista dagar"),
    ("/oversikt/publicering", "ändra vad som visas som öppna data"),
    ("/oversikt/vyer", "spara en vy"),
    ("/oversikt/vyer/{id}/borttagning", "ta bort en vy"),
    ("/oversikt/{slug}/insyn", "ge insyn"),
    ("/oversikt/{slug}/insyn/borttagning", "ta tillbaka insyn"),
    ("/rakenskaper/{id}/bilagor/{attachment}/borttagning", "ta bort en fil"),
    ("/rakenskaper/{id}/filer", "ladda upp en fil"),
    ("/rakenskaper/{id}/svar", "lämna in räkenskaper"),
    ("/rapporter/{id}/komplettering", "begära att en rapport kompletteras"),
    ("/redovisningar/{id}/atertagande", "ta tillbaka en redovisning"),
    ("/redovisningar/{id}/bilagor", "ladda upp en bilaga"),
    ("/redovisningar/{id}/bilagor/{attachment}/borttagning", "ta bort en bilaga"),
    ("/redovisningar/{id}/inskannad", "lämna in en undertecknad redovisning"),
    ("/redovisningar/{id}/intyg", "intyga en redovisning"),
    ("/redovisningar/{id}/kontroll", "göra en redovisning klar"),
    ("/redovisningar/{id}/rattelse", "påbörja en rättelse"),
    ("/redovisningar/{id}/rattelse/avbrott", "avbryta en rättelse"),
    ("/redovisningar/{id}/underskrift", "skriva under en redovisning"),
    ("/redovisningar/{id}/uppgifter", "fylla i en redovisning"),
    ("/register/ny", "lägga till en mottagare"),
    ("/register/{code}/administrator", "bjuda in en administratör"),
    ("/register/{code}/delning", "registrera en delning"),
    ("/register/{code}/delning/kontroll", "registrera en delning"),
    ("/register/{code}/sammanlaggning", "registrera en sammanläggning"),
    ("/register/{code}/sammanlaggning/kontroll", "registrera en sammanläggning"),
    ("/register/{code}/{what}", "ändra en mottagare i registret"),
    ("/register/{code}/{what}/borttagning", "ändra en mottagare i registret"),
    ("/rekvisitioner/{id}/aterkallelse", "återkalla en rekvisition"),
    ("/rekvisitioner/{id}/atertagande", "ta tillbaka en rekvisition"),
    ("/rekvisitioner/{id}/borttagning", "ta bort ett utkast"),
    ("/rekvisitioner/{id}/inskannad", "lämna in en undertecknad rekvisition"),
    ("/rekvisitioner/{id}/kontroll", "göra en rekvisition klar"),
    ("/rekvisitioner/{id}/underskrift", "skriva under en rekvisition"),
    ("/rekvisitioner/{id}/uppgifter", "fylla i en rekvisition"),
    ("/utbetalningar", "registrera utbetalningar"),
    ("/utbetalningar/{id}", "registrera en utbetalning"),
    ("/utbetalningar/{id}/rattelse", "rätta en utbetalning"),
    ("/utforare/{application}/{code}/ansokan", "lämna in en ansökan"),
    ("/utforare/{application}/{code}/aterrapport", "lämna in en återrapport"),
    ("/valkommen/{token}", "skapa ett konto"),
    ("/valkommen/{token}/konto", "ta emot en roll"),
    ("/valkommen/{token}/losenord", "välja ett lösenord"),
];

static PATTERNS: LazyLock<Vec<(ResourceDef, &str)>> =
    LazyLock::new(|| DEEDS.iter().map(|(pattern, words)| (ResourceDef::new(*pattern), *words)).collect());

/// What a post to this address does; empty where there is nothing to say.
pub fn of(action: &str) -> &'static str {
    // What stands after the path is the way back.
    let path = action.split('?').next().unwrap_or(action);
    PATTERNS.iter().find(|(pattern, _)| pattern.is_match(path)).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_first_that_fits_says_what_is_done() {
        assert_eq!(of("/granskning/019a/godkannande"), "godkänna en rekvisition");
        assert_eq!(of("/granskning/redovisningar/019a/godkannande"), "godkänna en redovisning");
        assert_eq!(of("/granskning/019a/avslag?fran=%2Fgranskning"), of("/granskning/019a/avslag"));
        assert_eq!(of("/forslag/019a/villkor"), "spara en del av ett förslag");
        assert_eq!(of("/logga-ut"), "");
    }
}
