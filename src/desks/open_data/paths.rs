//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Start = "/oppna-data";
    Catalogue = "/oppna-data/katalog.rdf";
    RecipientsExcelCsv = "/oppna-data/mottagare-excel.csv";
    RecipientsCsv = "/oppna-data/mottagare.csv";
    RecipientsJson = "/oppna-data/mottagare.json";
    RecipientsWorkbook = "/oppna-data/mottagare.xlsx";
    Recipients = "/oppna-data/mottagare";
    RecipientExcelCsv(code: str) = "/oppna-data/mottagare/{code}-excel.csv";
    RecipientCsv(code: str) = "/oppna-data/mottagare/{code}.csv";
    RecipientJson(code: str) = "/oppna-data/mottagare/{code}.json";
    RecipientWorkbook(code: str) = "/oppna-data/mottagare/{code}.xlsx";
    Recipient(code: str) = "/oppna-data/mottagare/{code}";
    AgreementExcelCsv(slug: str) = "/oppna-data/{slug}-excel.csv";
    AgreementCsv(slug: str) = "/oppna-data/{slug}.csv";
    AgreementJson(slug: str) = "/oppna-data/{slug}.json";
    AgreementWorkbook(slug: str) = "/oppna-data/{slug}.xlsx";
    Agreement(slug: str) = "/oppna-data/{slug}";
    Publishing = "/oversikt/publicering";
}
