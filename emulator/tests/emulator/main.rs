//! The emulator from outside: through its sockets, and through its library for what a test sets up.
#![cfg(test)]

mod apps;
mod bearer;
mod binary;
mod client;
mod clock;
mod control;
mod faults;
mod held_answers;
mod journal;
mod lost_answers;
mod operations;
mod provider;
mod raw_answers;
mod safety;
mod seed;
mod tenants_and_inbound_tokens;
mod tls;
mod uploads;
