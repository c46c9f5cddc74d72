//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Overview = "/oversikt";
    YearCountiesCsv(year: i32) = "/oversikt/ar/{year}/lan.csv";
    YearCountiesWorkbook(year: i32) = "/oversikt/ar/{year}/lan.xlsx";
    YearCounties(year: i32) = "/oversikt/ar/{year}/lan";
    YearCsv(year: i32) = "/oversikt/ar/{year}.csv";
    YearWorkbook(year: i32) = "/oversikt/ar/{year}.xlsx";
    Year(year: i32) = "/oversikt/ar/{year}";
    RecipientCsv(code: str) = "/oversikt/mottagare/{code}.csv";
    RecipientWorkbook(code: str) = "/oversikt/mottagare/{code}.xlsx";
    Recipient(code: str) = "/oversikt/mottagare/{code}";
    AgreementCsv(slug: str) = "/oversikt/{slug}.csv";
    AgreementWorkbook(slug: str) = "/oversikt/{slug}.xlsx";
    Agreement(slug: str) = "/oversikt/{slug}";
    CountiesCsv(slug: str) = "/oversikt/{slug}/lan.csv";
    CountiesWorkbook(slug: str) = "/oversikt/{slug}/lan.xlsx";
    Counties(slug: str) = "/oversikt/{slug}/lan";
    PicturesCsv(slug: str) = "/oversikt/{slug}/bilder.csv";
    PicturesWorkbook(slug: str) = "/oversikt/{slug}/bilder.xlsx";
    Pictures(slug: str) = "/oversikt/{slug}/bilder";
    LateCsv(slug: str) = "/oversikt/{slug}/sena.csv";
    LateWorkbook(slug: str) = "/oversikt/{slug}/sena.xlsx";
    Late(slug: str) = "/oversikt/{slug}/sena";
    GovernmentPdf(slug: str) = "/oversikt/{slug}/regeringen.pdf";
    GovernmentCsv(slug: str) = "/oversikt/{slug}/regeringen.csv";
    GovernmentWorkbook(slug: str) = "/oversikt/{slug}/regeringen.xlsx";
    Government(slug: str) = "/oversikt/{slug}/regeringen";
    RoundsCsv(slug: str) = "/oversikt/{slug}/omgangar.csv";
    RoundsWorkbook(slug: str) = "/oversikt/{slug}/omgangar.xlsx";
    Rounds(slug: str) = "/oversikt/{slug}/omgangar";
}
