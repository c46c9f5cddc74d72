//! Routes with their proof. A handler without one does not compile here, so the table of routes × roles is complete.

use actix_web::{FromRequest, Handler, Responder, guard, http::Method, web};

use super::proof::{Access, Posted, Proof};

/// One row of the table of routes × roles.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
}

/// Collects the rooms' routes, for the server and for the table.
pub struct Routes<'a> {
    config: &'a mut web::ServiceConfig,
    pub table: Vec<Route>,
}

/// The arguments of a handler: the first is the proof.
pub trait Proven {
    const ACCESS: Access;
}

/// The arguments of a handler that changes something: proof and body together, which carries the CSRF token.
pub trait ProvenPost: Proven {}

impl<A: Proof> Proven for (A,) {
    const ACCESS: Access = A::ACCESS;
}
impl<A: Proof, B> Proven for (A, B) {
    const ACCESS: Access = A::ACCESS;
}
impl<A: Proof, B, C> Proven for (A, B, C) {
    const ACCESS: Access = A::ACCESS;
}
impl<A: Proof, B, C, D> Proven for (A, B, C, D) {
    const ACCESS: Access = A::ACCESS;
}
impl<P: Proof, F> ProvenPost for (Posted<P, F>,) {}
impl<P: Proof, F, B> ProvenPost for (Posted<P, F>, B) {}
impl<P: Proof, F, B, C> ProvenPost for (Posted<P, F>, B, C) {}
impl<P: Proof, F, B, C, D> ProvenPost for (Posted<P, F>, B, C, D) {}

/// A route of GET, and of HEAD: the same answer without its body.
pub fn reading() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

impl<'a> Routes<'a> {
    pub fn new(config: &'a mut web::ServiceConfig) -> Self {
        Self { config, table: Vec::new() }
    }

    pub fn get<F, Args>(&mut self, path: &'static str, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: FromRequest + Proven + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::GET, path, Args::ACCESS, reading().to(handler))
    }

    pub fn post<F, Args>(&mut self, path: &'static str, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: FromRequest + ProvenPost + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, Args::ACCESS, web::post().to(handler))
    }

    fn add(
        &mut self,
        method: Method,
        path: &'static str,
        access: Access,
        route: actix_web::Route,
    ) -> &mut Self {
        self.config.route(path, route);
        self.table.push(Route { method, path, access });
        self
    }
}
