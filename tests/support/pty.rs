//! A terminal for the program to ask on: what it shows is read, and answers are typed.

use super::PATIENCE;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

/// A run on a terminal of 100 columns.
pub(crate) struct Terminal {
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// All that was shown so far.
    pub(crate) shown: String,
    read: usize,
    pub(crate) child: Child,
}

impl Terminal {
    /// Starts a command with all three streams on a terminal of its own.
    pub(crate) fn start(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave: File = open(
            name.as_c_str(),
            OFlags::RDWR | OFlags::NOCTTY,
            Mode::empty(),
        )
        .unwrap()
        .into();
        let size = Winsize {
            ws_row: 40,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&slave, size).unwrap();
        let stream = || slave.try_clone().unwrap();
        command.stdin(stream()).stdout(stream()).stderr(stream());
        let child = command.env("TERM", "xterm").spawn().unwrap();
        // The program's own ends are all that is left: the terminal closes when it ends.
        drop((command, slave));
        let keyboard: File = master.into();
        let mut out = keyboard.try_clone().unwrap();
        // What is not looked at is not read: a program that shows more than that has to wait.
        let (to, screen) = sync_channel(1);
        thread::spawn(move || {
            let mut part = [0; 4096];
            // A terminal whose other end is closed answers EIO.
            while let Ok(count @ 1..) = out.read(&mut part) {
                if to.send(part[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            keyboard,
            screen,
            shown: String::new(),
            read: 0,
            child,
        }
    }

    /// Waits until a text is shown, after all that was waited for before.
    pub(crate) fn expect(&mut self, text: &str) {
        while !self.shown[self.read..].contains(text) {
            let part = self.screen.recv_timeout(PATIENCE);
            let part = part.unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.shown));
            self.shown += &String::from_utf8_lossy(&part);
        }
        self.read += self.shown[self.read..].find(text).unwrap() + text.len();
    }

    /// Types keys.
    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end; returns the exit code, and all that was shown.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        loop {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(part) => self.shown += &String::from_utf8_lossy(&part),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().unwrap();
                    panic!("it does not end: {:?}", self.shown);
                }
            }
        }
        (self.child.wait().unwrap().code(), self.shown)
    }
}
