//! A browser that does nothing but ask, as fast as it gets answers.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use bidragsporten::people::access::Role;

const CONNECTIONS: usize = 8;
const MEASURED: Duration = Duration::from_secs(5);

pub fn listen<F>(serve: impl FnOnce(TcpListener) -> F) -> String
where
    F: FnOnce() -> std::io::Result<()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(serve(listener));
    address
}

/// The cookie of a session started through the practice sign-in.
pub fn sign_in(address: &str, organisation: &str, role: Role) -> String {
    let page = String::from_utf8_lossy(&request(&mut connect(address), "/logga-in", "", "")).into_owned();
    let between = |text: &str, from: &str, to: char| {
        text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(found, _)| found.to_owned())
    };
    let cookie = between(&page, "set-cookie: ", ';').expect("a cookie");
    let csrf = between(&page, "name=\"csrf\" value=\"", '"').expect("a token");
    let form = format!("csrf={csrf}&organisation={organisation}&role={}", role.key());
    let mut stream = connect(address);
    write!(
        stream,
        "POST /ovning/logga-in HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
    .expect("the form is sent");
    let answer = String::from_utf8_lossy(&read_response(&mut stream)).into_owned();
    between(&answer, "set-cookie: ", ';').expect("a session")
}

pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server answers");
    stream.set_nodelay(true).expect("no delay");
    stream
}

pub fn request(stream: &mut TcpStream, path: &str, cookie: &str, encoding: &str) -> Vec<u8> {
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\naccept-encoding: {encoding}\r\n\r\n"
    )
    .expect("the request is sent");
    read_response(stream)
}

/// Head and body. Bodies with a length are read to it, chunked ones to their last chunk.
fn read_response(stream: &mut TcpStream) -> Vec<u8> {
    let mut response = Vec::with_capacity(64 * 1024);
    let mut buffer = [0_u8; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).expect("the response is read");
        response.extend_from_slice(&buffer[..count]);
        if count == 0 || is_whole(&response) {
            return response;
        }
    }
}

fn is_whole(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    match head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()) {
        Some(length) => response.len() >= end + 4 + length.parse::<usize>().expect("a length"),
        None => response.ends_with(b"0\r\n\r\n"),
    }
}

pub fn body_of(response: &[u8]) -> &[u8] {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    &response[end + 4..]
}

/// Requests per second and the 99th percentile over [`CONNECTIONS`] connections.
pub fn load(address: &str, path: &str, cookie: &str) -> (f64, Duration) {
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, path, cookie) = (address.to_owned(), path.to_owned(), cookie.to_owned());
            thread::spawn(move || {
                let mut stream = connect(&address);
                request(&mut stream, &path, &cookie, "");
                let begun = Instant::now();
                let mut times = Vec::new();
                while begun.elapsed() < MEASURED {
                    let sent = Instant::now();
                    request(&mut stream, &path, &cookie, "");
                    times.push(sent.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> =
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect();
    times.sort();
    (times.len() as f64 / MEASURED.as_secs_f64(), times[times.len() * 99 / 100])
}

pub fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    request(&mut stream, "/logga-in", "", "").starts_with(b"HTTP/1.1 200")
}
