//! A TCP proxy before PostgreSQL that breaks the wire when told: the network's faults, to the message.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// So many COMMITs pass; the next one does not arrive, and the wire is cut.
    CutBefore {
        passing: usize,
    },
    /// The same, but it arrives and is carried out: only its answer is lost.
    CutAfter {
        passing: usize,
    },
    /// Nothing passes in either direction, and nothing is closed.
    Silent,
}

#[derive(Clone)]
pub struct Wire {
    pub port: u16,
    state: Arc<(Mutex<Mode>, Condvar)>,
}

impl Wire {
    /// Before the server at this address (`postgres://user@host:port/…`).
    pub fn to(server: &str) -> Self {
        let place = server.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            state: Arc::new((Mutex::new(Mode::Pass), Condvar::new())),
        };
        let served = wire.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&place).unwrap());
                served.pass(client, server);
            }
        });
        wire
    }

    /// The same database, over this wire.
    pub fn over(&self, address: &str) -> String {
        let (user, rest) = address.split_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{database}", self.port)
    }

    pub fn set(&self, mode: Mode) {
        *self.state.0.lock().unwrap() = mode;
        self.state.1.notify_all();
    }

    pub fn has_cut(&self) -> bool {
        *self.state.0.lock().unwrap() == Mode::Pass
    }

    fn pass(&self, client: TcpStream, server: TcpStream) {
        let (up, down) = (self.clone(), self.clone());
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || up.carry(&mut from, &mut to, true));
        let (mut from, mut to) = (server, client);
        thread::spawn(move || down.carry(&mut from, &mut to, false));
    }

    fn carry(&self, from: &mut TcpStream, to: &mut TcpStream, up: bool) {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let data = &buffer[..count];
            self.wait_while_silent();
            let commits = up && data.windows(7).any(|window| window == b"COMMIT\0");
            match if commits { self.next_commit() } else { Mode::Pass } {
                Mode::Pass | Mode::Silent => {
                    if to.write_all(data).is_err() {
                        break;
                    }
                }
                Mode::CutBefore { .. } => break,
                Mode::CutAfter { .. } => {
                    // The answer finds nobody.
                    let _ = from.shutdown(Shutdown::Both);
                    to.write_all(data).unwrap();
                    thread::sleep(Duration::from_millis(300));
                    break;
                }
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    fn wait_while_silent(&self) {
        let mode = self.state.0.lock().unwrap();
        drop(self.state.1.wait_while(mode, |mode| *mode == Mode::Silent).unwrap());
    }

    /// What becomes of a COMMIT; after one that is cut, everything passes again.
    fn next_commit(&self) -> Mode {
        let mut mode = self.state.0.lock().unwrap();
        match &mut *mode {
            Mode::CutBefore { passing } | Mode::CutAfter { passing } if *passing > 0 => {
                *passing -= 1;
                Mode::Pass
            }
            Mode::Pass | Mode::Silent => Mode::Pass,
            _ => std::mem::replace(&mut mode, Mode::Pass),
        }
    }
}
