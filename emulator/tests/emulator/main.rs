//! Tests of the emulator through its sockets. They set it up through its library.
#![cfg(test)]

mod apps;
mod bearer;
mod binary;
mod clock;
mod control;
mod faults;
mod held_responses;
mod journal;
mod lost_responses;
mod operations;
mod provider;
mod safety;
mod scripted_responses;
mod seed;
mod tenants_and_inbound_tokens;
mod test_client;
mod tls;
mod uploads;
