//! What an authority has paid: one by one, many at once, put right, and never more than is approved.

use bidragsporten::{
    grants::{
        case::store::find,
        grant::{self, Account, Grant},
        payment::{
            Reference, Registration,
            store::{of_grant, of_requisition},
            verbs::{self, Failure},
        },
        requisition::Requisition,
    },
    ground::history,
    people::{
        access::{self, Act, Actor, Role, Scope},
        recipient,
    },
};
use proptest::{prelude::*, test_runner::TestRunner};
use values::{Id, Money, Positive};

use crate::{
    browser::{Browser, Form, Page, at_once},
    portal::{Portal, stockholm},
    steps::{case_of, hand_in_report, issue, sign},
};

const TODAY: &str = "2022-03-15";

fn payer(portal: &Portal) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare")
}

/// An approved requisition of the amount; gives its id.
fn approved(portal: &Portal, municipality: &str, amount: &str) -> String {
    let requisition = issue(&portal.preparer(municipality), "bas", amount).address;
    sign(&portal.signatory(municipality), &requisition).expect_status(200);
    portal.officer().get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    requisition.rsplit('/').next().unwrap().to_owned()
}

/// The form for one payment, with a reference.
fn one(payer: &Browser, id: &str) -> Form {
    payer.get(&format!("/utbetalningar/{id}")).form(id).set("reference", "UB 17")
}

/// The list's form with every line ticked, and a reference.
fn all(payer: &Browser) -> Form {
    payer.get("/utbetalningar?markera=alla").form("/utbetalningar").set("reference", "UB 2022-17")
}

fn paid_out(portal: &Portal, id: &str) -> (Money, Money) {
    let (id, authority): (Id<Requisition>, _) = (id.parse().unwrap(), "Kammarkollegiet");
    portal
        .db
        .read_now(|connection| {
            let known = recipient::store::all(connection)?;
            let authority = known.into_iter().find(|known| known.name == authority).unwrap();
            let scope = Scope::Authority(authority.id);
            let grant = find(connection, scope, id)?.unwrap().grant_id;
            let ledger = grant::store::ledger(connection, grant)?;
            let paid: Money =
                of_grant(connection, grant)?.iter().map(|of_grant| of_grant.payment.counts()).sum();
            let versions = grant::store::versions(connection)?;
            let (stream, version) = versions.into_iter().find(|(of, _)| *of == grant.to_string()).unwrap();
            assert_eq!(history::store::verify(connection, &stream, version)?, None);
            Ok::<_, bidragsporten::ground::infra::db::DbError>((paid, ledger.total(Account::PaidOut)))
        })
        .unwrap()
}

#[test]
fn one_requisition_is_paid_whole_and_the_recipient_sees_it() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "381 308");
    let payer = payer(&portal);
    let list = payer.get("/utbetalningar").expect("1 rekvisition , tillsammans 381 308 kr kvar att betala");
    let page = list.expect("991-2346").follow("Betala för sig");
    assert_eq!(page.value_of("amount").replace('\u{a0}', " "), "381 308");
    assert_eq!(page.value_of("paid_on"), TODAY);
    let form = one(&payer, &id);
    let done = form.submit().expect_status(200).expect("Utbetalningen är registrerad.");
    done.expect("381 308 kr den 15 mars 2022, referens UB 17").expect_not("Registrera en utbetalning");
    assert_eq!(paid_out(&portal, &id), (Money::kronor(381_308), Money::kronor(381_308)));
    // The same page posted again registers nothing more.
    form.submit().expect_status(200).expect("Utbetalningen är registrerad.");
    assert_eq!(paid_out(&portal, &id).0, Money::kronor(381_308));
    payer.get("/utbetalningar").expect("Det finns inget att betala ut just nu");
    let paid = payer.get("/utbetalningar?visa=utbetalda").expect("1 utbetalning , tillsammans 381 308 kr");
    paid.expect("UB 17").expect("Utbetalare i Kammarkollegiet").expect("AO22-1440-R1");
    let own = portal.preparer("Ale").get(&format!("/rekvisitioner/{id}"));
    own.expect("Bidraget betalades ut (381 308 kr den 15 mars 2022, referens UB 17)");
}

#[test]
fn what_is_paid_is_shown_year_by_year() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    one(&payer(&portal), &id).set("amount", "40 000").submit().expect_status(200);
    portal.at("2023-02-01 08:00:00");
    let payer = payer(&portal);
    payer.get("/utbetalningar").expect("60 000 kr av 100 000 kr");
    one(&payer, &id).set("paid_on", "2023-01-31").submit().expect_status(200);
    payer.get("/utbetalningar").expect("inget att betala ut");
    let last = payer.get("/utbetalningar?visa=utbetalda");
    last.expect("1 utbetalning , tillsammans 60 000 kr").expect_not("40 000 kr");
    let first = payer.get("/utbetalningar?visa=utbetalda&ar=2022");
    let first = first.expect("1 utbetalning , tillsammans 40 000 kr").expect_not("60 000 kr");
    assert!(first.follow("Visa").address.contains("ar%3D2022"), "{}", first.html());
    // A year in which nothing was paid is no year to show.
    payer.get("/utbetalningar?visa=utbetalda&ar=1999").expect("tillsammans 60 000 kr");
    let other = payer.get("/utbetalningar?visa=utbetalda&sok=ABCD").expect("Inget stämmer");
    other.follow("Sök i hela portalen").expect_status(200);
}

#[test]
fn a_part_is_paid_and_then_the_rest() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    one(&payer, &id).set("amount", "40 000").submit().expect_status(200);
    payer.get("/utbetalningar").expect("60 000 kr av 100 000 kr");
    let form = one(&payer, &id);
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), "60 000");
    let above = form.clone().set("amount", "60 001").submit().expect_status(422);
    assert!(above.error_at("amount").contains("högst 60 000 kr. (R603)"), "{}", above.error_at("amount"));
    form.submit().expect_status(200);
    assert_eq!(paid_out(&portal, &id), (Money::kronor(100_000), Money::kronor(100_000)));
}

#[test]
fn one_that_looks_the_same_is_asked_about_and_can_be_another() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    one(&payer, &id).set("amount", "40 000").submit().expect_status(200);
    let spelt = one(&payer, &id).set("amount", "40 000").set("reference", "ub  17").submit();
    assert!(spelt.expect_status(422).error_at("is_another").contains("Redan registrerat"));
    let asked = one(&payer, &id).set("amount", "40 000").submit().expect_status(422);
    let question = asked.error_at("is_another");
    assert!(question.contains("40 000 kr den 15 mars 2022, referens UB 17, av Utbetalare"), "{question}");
    assert_eq!(paid_out(&portal, &id).0, Money::kronor(40_000));
    asked.form(&id).set("is_another", "ja").submit().expect_status(200);
    assert_eq!(paid_out(&portal, &id).0, Money::kronor(80_000));
    // In the list nobody can answer, so it is registered for itself.
    one(&payer, &id).set("amount", "10 000").set("reference", "UB 2022-17").submit().expect_status(200);
    let listed = all(&payer).submit().expect_status(409);
    listed.expect("Är det en annan utbetalning registrerar du den för sig. (R609)");
    assert_eq!(paid_out(&portal, &id).0, Money::kronor(90_000));
}

#[test]
fn nothing_at_or_below_zero_is_paid_through_the_list() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    let list = payer.get("/utbetalningar");
    for ore in ["0", "-100", "NaN"] {
        let case = format!("{id}.{}.{ore}", Id::<Requisition>::new());
        let form = list.form("/utbetalningar").set("reference", "UB").add("cases", &case);
        form.submit().expect_status(400).expect("En av de markerade raderna går inte att läsa");
    }
    one(&payer, &id).submit().expect_status(200);
    let paid = format!("{id}.{}.0", Id::<Requisition>::new());
    let form = list.form("/utbetalningar").set("reference", "UB").add("cases", &paid);
    form.submit().expect_status(400);
    let below = one(&payer, &approved(&portal, "Alingsås", "1 000")).set("amount", "-1 000").submit();
    let told = below.expect_status(422).error_at("amount");
    assert!(told.contains("Pengar som mottagaren har betalat tillbaka registrerar du under"), "{told}");
    assert_eq!(paid_out(&portal, &id).0, Money::kronor(100_000));
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_stays() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    for (field, typed, rule) in [
        ("amount", "100 001", "R603"),
        ("amount", "0", "R602"),
        ("amount", "", "R602"),
        ("amount", "allt", "R602"),
        ("amount", "99,50", "R602"),
        ("paid_on", "2022-03-16", "R604"),
        ("paid_on", "i går", "R604"),
        ("paid_on", "2022-03-14", "R605"),
        ("reference", " ", "R606"),
        ("reference", "123456789012345678901234567890123456", "R606"),
    ] {
        let page = one(&payer, &id).set(field, typed).submit().expect_status(422);
        assert!(page.error_at(field).contains(&format!("({rule})")), "{typed}: {}", page.error_at(field));
        assert_eq!(page.value_of(field), typed);
        assert!(page.html().contains("<title>Fel: "), "{typed}");
    }
    let empty = one(&payer, &id).set("amount", "").set("paid_on", "").set("reference", "").submit();
    let empty = empty.expect_status(422);
    for field in ["amount", "paid_on", "reference"] {
        assert!(!empty.error_at(field).is_empty(), "{field}");
        assert_eq!(empty.value_of(field), "");
    }
    one(&payer, &id).without("left").submit().expect_status(400);
    assert_eq!(paid_out(&portal, &id).0, Money::ZERO);
}

#[test]
fn the_ticked_are_registered_together() {
    let portal = Portal::new();
    let ids = [approved(&portal, "Ale", "100 000"), approved(&portal, "Alingsås", "50 000")];
    let payer = payer(&portal);
    // Nothing is ticked, nothing is typed.
    let list = payer.get("/utbetalningar").expect("tillsammans 150 000 kr");
    let nothing = list.form("/utbetalningar").set("paid_on", "2022-03-16").submit().expect_status(422);
    assert!(nothing.error_at("reference").contains("(R606)"), "{}", nothing.error_at("reference"));
    assert!(nothing.error_at("paid_on").contains("(R604)"), "{}", nothing.error_at("paid_on"));
    let nothing = nothing.expect("Ingen rekvisition är markerad");
    assert_eq!(nothing.value_of("paid_on"), "2022-03-16");
    // What was ticked is still ticked when something else is to be mended.
    let ticked = all(&payer).set("reference", "").submit().expect_status(422);
    assert_eq!(checked(&ticked), 2);
    let done = ticked.form("/utbetalningar").set("reference", "UB 2022-17").submit().expect_status(200);
    done.expect("2 utbetalningar är registrerade, tillsammans 150 000 kr.").expect("inget att betala ut");
    for (id, amount) in ids.iter().zip([100_000, 50_000]) {
        assert_eq!(paid_out(&portal, id), (Money::kronor(amount), Money::kronor(amount)));
    }
    let paid = payer.get("/utbetalningar?visa=utbetalda&sok=ub+2022");
    paid.expect("2 utbetalningar , tillsammans 150 000 kr");
    payer.get("/utbetalningar?visa=utbetalda&sok=alings").expect("1 utbetalning , tillsammans 50 000 kr");
}

fn checked(page: &Page) -> usize {
    page.html().matches("name=\"cases\"").count().min(page.html().matches(" checked>").count())
}

#[test]
fn one_that_cannot_be_paid_stops_no_other() {
    let portal = Portal::new();
    let ale = approved(&portal, "Ale", "100 000");
    let form_seen = one(&payer(&portal), &ale).set("amount", "30 000");
    portal.at("2022-03-17 09:00:00");
    let alingsas = approved(&portal, "Alingsås", "50 000");
    let payer = payer(&portal);
    let form = all(&payer).set("paid_on", "2022-03-16");
    // A colleague pays a part of Ale's meanwhile, and Alingsås' was approved after the day that is typed.
    form_seen.submit().expect_status(200);
    let bor = approved(&portal, "Borås", "1 000");
    let late = form.submit().expect_status(409).expect("Ingen utbetalning är registrerad. 2 rekvisitioner");
    let late = late.expect("Ale, AO22-1440-R1. Någon annan har registrerat").expect("Nu är 70 000 kr kvar");
    let late = late.expect("Alingsås, AO22-1489-R1. Rekvisitionen godkändes 17 mars 2022");
    assert_eq!((late.value_of("paid_on").as_str(), checked(&late)), ("2022-03-16", 2));
    assert_eq!(late.value_of("reference"), "UB 2022-17");
    // The page as it is now goes through, for one of them at least.
    let again = late
        .form("/utbetalningar")
        .submit()
        .expect_status(409)
        .expect("1 utbetalning är registrerad, 70 000 kr.");
    again.form("/utbetalningar").set("paid_on", "2022-03-17").submit().expect("50 000 kr").expect_status(200);
    assert_eq!(paid_out(&portal, &ale).1, Money::kronor(100_000));
    assert_eq!(paid_out(&portal, &alingsas).1, Money::kronor(50_000));
    assert_eq!(paid_out(&portal, &bor).1, Money::ZERO);
}

#[test]
fn a_mistake_is_put_right_with_its_reason() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    let used = one(&payer, &id);
    let page = used.submit().expect_status(200);
    let empty = page.form("/rattelse").submit().expect_status(422);
    assert!(empty.error_at("reason").contains("(R607)"), "{}", empty.error_at("reason"));
    let form = page.form("/rattelse").set("reason", "Fel kommun.");
    let done = form.submit().expect_status(200).expect("Registreringen är rättad.").expect("Fel kommun.");
    assert_eq!(paid_out(&portal, &id), (Money::ZERO, Money::ZERO));
    form.submit().expect_status(200);
    let other = form.clone().set("reason", "Ett annat skäl.").submit().expect_status(409);
    other.expect("Utbetalningen är redan rättad.").expect("Ett annat skäl.");
    // The page that registered it gets its answer once more, and registers nothing.
    used.submit().expect_status(200).expect("Rättad");
    assert_eq!(paid_out(&portal, &id), (Money::ZERO, Money::ZERO));
    done.form(&id).set("reference", "UB 18").submit().expect_status(200);
    assert_eq!(paid_out(&portal, &id), (Money::kronor(100_000), Money::kronor(100_000)));
    payer
        .get("/utbetalningar?visa=utbetalda")
        .expect("2 utbetalningar, varav 1 rättad , tillsammans 100 000 kr")
        .expect("Rättad");
    let own = portal.preparer("Ale").get(&format!("/rekvisitioner/{id}"));
    own.expect("Registreringen av en utbetalning togs bort").expect("Fel kommun.");
}

#[test]
fn what_has_been_accounted_for_is_not_put_right() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    let form = one(&payer, &id).submit().form("/rattelse").set("reason", "Fel dag.");
    let grant = portal.preparer("Ale").get("/bidrag").follow("Äldreomsorg").address;
    hand_in_report(&portal, "Ale", &grant, "90 000");
    let late =
        form.submit().expect_status(409).expect("har lämnat in en ekonomisk redovisning").expect("(R608)");
    late.expect("Fel dag.");
    let page = payer.get(&format!("/utbetalningar/{id}")).expect("kan inte rättas");
    assert!(!page.has_form("/rattelse"));
    assert_eq!(paid_out(&portal, &id).1, Money::kronor(100_000));
}

#[test]
fn only_the_authority_that_pays_finds_it_and_only_its_payment_officer_pays() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let address = format!("/utbetalningar/{id}");
    let other = portal.sign_in("Socialstyrelsen", &[Role::PaymentOfficer], "Utbetalare");
    other.get("/utbetalningar").expect_not("Ale").expect("inget att betala ut");
    other.get(&address).expect_status(404);
    let payer = payer(&portal);
    let csrf = other.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    let as_other = |form: Form| form.set("csrf", &csrf).sent_by(&other).submit();
    as_other(one(&payer, &id)).expect_status(404);
    as_other(all(&payer))
        .expect_status(409)
        .expect("finns inte bland dem som ni betalar ut")
        .expect_not("Ale");
    assert_eq!(paid_out(&portal, &id).0, Money::ZERO);
    let paid = one(&payer, &id).submit();
    as_other(paid.form("/rattelse").set("reason", "Främling.")).expect_status(404);
    other.get("/utbetalningar?visa=utbetalda").expect_not("Ale");

    let officer = portal.officer();
    let page = officer.get(&address).expect_status(200).expect("UB 17");
    assert!(!page.has_form("/rattelse") && !page.has_form(&id));
    assert!(!officer.get("/utbetalningar?visa=utbetalda").expect("Ale").html().contains("name=\"cases\""));
}

#[test]
fn what_is_not_approved_is_not_paid() {
    let portal = Portal::new();
    let id = approved(&portal, "Ale", "100 000");
    let payer = payer(&portal);
    let form = one(&payer, &id);
    let requisition = issue(&portal.preparer("Ale"), "bas", "1 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let submitted = requisition.rsplit('/').next().unwrap();
    payer.get(&format!("/utbetalningar/{submitted}")).expect("rekvisitionen är inlämnad");
    payer.get("/utbetalningar").expect_not("AO22-1440-R2");
    let csrf = form.value_of("csrf").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("left", "100000"),
        ("amount", "1 000"),
        ("paid_on", TODAY),
        ("reference", "UB 1"),
    ];
    let page = payer.post_fields(&format!("/utbetalningar/{submitted}"), &fields);
    page.expect_status(409).expect("(R601)").expect("1 000 kr, 2022-03-15, referens UB 1");
}

/// Twenty pages of the same requisition, ten of them from the list, posted at the same moment by two officers.
#[test]
fn however_many_pay_at_once_it_is_paid_once() {
    let portal = Portal::new();
    let (ale, alingsas) = (approved(&portal, "Ale", "100 000"), approved(&portal, "Alingsås", "50 000"));
    let other = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare två");
    let officers = [payer(&portal), other];
    let single = (0..10).map(|at| one(&officers[at % 2], &ale));
    let many = (0..10).map(|at| all(&officers[at % 2]));
    let pages = at_once(single.chain(many));
    let statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    assert_eq!(paid_out(&portal, &ale), (Money::kronor(100_000), Money::kronor(100_000)));
    assert_eq!(paid_out(&portal, &alingsas), (Money::kronor(50_000), Money::kronor(50_000)));

    // A double click, ten times over.
    let third = approved(&portal, "Borås", "1 000");
    let form = one(&officers[0], &third).set("amount", "400");
    let pages = at_once((0..10).map(|_| form.clone()));
    assert!(pages.iter().all(|page| page.status == 200));
    assert_eq!(paid_out(&portal, &third), (Money::kronor(400), Money::kronor(400)));
}

/// The payment officer, without the pages.
fn act(portal: &Portal) -> Act {
    payer(portal);
    portal
        .db
        .read_now(|connection| {
            let known = recipient::store::all(connection)?;
            let organisation = known.into_iter().find(|known| known.name == "Kammarkollegiet").unwrap();
            let email = "utbetalare@kammarkollegiet.example";
            let (person, _) = access::store::find_by_email(connection, email)?.unwrap();
            let actor = Actor {
                person,
                organisation,
                roles: vec![Role::PaymentOfficer],
                mandates: Vec::new(),
                organisations: Vec::new(),
                receives_reports: false,
                factors: bidragsporten::people::access::Factors::default(),
            };
            Ok::<_, bidragsporten::ground::infra::db::DbError>(Act::of_authority(
                &actor,
                stockholm("2022-03-20 12:00:00"),
            ))
        })
        .unwrap()
}

#[test]
fn whatever_is_done_the_ledger_follows_the_payments_and_the_approval_holds() {
    let portal = Portal::new();
    let id: Id<Requisition> = approved(&portal, "Ale", "2 500").parse().unwrap();
    let act = act(&portal);
    let grant: Id<Grant> =
        portal.db.read_now(|connection| find(connection, act.scope, id)).unwrap().unwrap().grant_id;
    let verb = prop_oneof![
        3 => (1i64..1_200, any::<bool>()).prop_map(|(amount, fresh)| (amount, fresh, None)),
        2 => (0usize..12).prop_map(|which| (1, true, Some(which))),
    ];
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&proptest::collection::vec(verb, 1..12), |verbs| {
            for (amount, fresh, reversed) in verbs {
                let before = portal.db.read_now(|connection| of_requisition(connection, id)).unwrap();
                let left = Money::kronor(2_500) - before.iter().map(|payment| payment.counts()).sum();
                let done = portal.db.write_now(|connection| match reversed {
                    Some(which) if !before.is_empty() => {
                        let payment = before[which % before.len()].id;
                        verbs::reverse(connection, &act, id, payment, "Fel.")
                    }
                    _ => {
                        let registration = Registration {
                            amount: Positive::new(Money::kronor(amount)).unwrap(),
                            paid_on: TODAY.parse().unwrap(),
                            reference: Reference::parse("UB").unwrap(),
                            is_another: true,
                            expected_left: if fresh { left } else { Money::kronor(2_500) },
                        };
                        verbs::register(connection, &act, id, &registration)
                    }
                });
                prop_assert!(matches!(done, Ok(()) | Err(Failure::Refused(_))), "{:?}", done);
                let (payments, ledger) = portal
                    .db
                    .read_now(|connection| {
                        let payments = of_requisition(connection, id)?;
                        Ok::<_, Failure>((payments, grant::store::ledger(connection, grant)?))
                    })
                    .unwrap();
                let paid: Money = payments.iter().map(|payment| payment.counts()).sum();
                prop_assert_eq!(ledger.of("bas", Account::PaidOut), paid);
                prop_assert!(paid <= ledger.of("bas", Account::Approved) && !paid.is_negative());
            }
            Ok(())
        })
        .unwrap();
    paid_out(&portal, &id.to_string());
}
