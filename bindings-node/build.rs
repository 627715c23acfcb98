//! Tells the linker what a native module for Node needs.

fn main() {
    napi_build::setup();
}
