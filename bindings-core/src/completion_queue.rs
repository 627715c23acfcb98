//! The queue of completed calls, and when its consumer is woken.

use std::sync::Arc;

use tokio::runtime::Handle;

/// The number of scheduler turns that a wake-up is delayed while other calls are in flight.
///
/// A response takes several turns from the socket to the queue. The delay lets one wake-up deliver several completions.
/// Measured in Node: with fewer turns a call costs more; with more turns it costs no less.
const DELAY_TURNS: usize = 8;

/// The completions that the thread of another language has not taken yet.
pub trait CompletionQueue: Send + Sync + 'static {
    /// Whether more completions will follow.
    fn has_calls_in_flight(&self) -> bool;

    /// Makes the consumer's thread empty the queue. Any thread may call this.
    fn wake_consumer(self: Arc<Self>);
}

/// Wakes the consumer of the queue: immediately if no other call is in flight, else after the completions that are ready.
///
/// Only a call may use it, since nothing else keeps the runtime's thread going.
pub fn schedule_wake(queue: Arc<impl CompletionQueue>) {
    wake_after(queue, DELAY_TURNS);
}

fn wake_after(queue: Arc<impl CompletionQueue>, turns: usize) {
    match Handle::try_current() {
        Ok(runtime) if turns > 0 && queue.has_calls_in_flight() => {
            runtime.spawn(async move {
                tokio::task::yield_now().await;
                wake_after(queue, turns - 1);
            });
        }
        _ => queue.wake_consumer(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::Runtime;

    const LIMIT: Duration = Duration::from_secs(20);

    /// Reports when its consumer is woken.
    struct ReportingQueue {
        has_calls_in_flight: bool,
        sender: mpsc::Sender<&'static str>,
    }

    impl CompletionQueue for ReportingQueue {
        fn has_calls_in_flight(&self) -> bool {
            self.has_calls_in_flight
        }

        fn wake_consumer(self: Arc<Self>) {
            self.sender.send("woken").unwrap();
        }
    }

    /// The order of the wake-up and of other tasks, which are ready when the first completion is pushed.
    fn order(has_calls_in_flight: bool) -> Vec<&'static str> {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        let queue = Arc::new(ReportingQueue { has_calls_in_flight, sender: sender.clone() });
        let others = async move {
            for _ in 0..3 {
                let sender = sender.clone();
                tokio::spawn(async move { sender.send("ready").unwrap() });
            }
            schedule_wake(queue);
        };
        runtime.spawn(others, drop);
        (0..4).map(|_| receiver.recv_timeout(LIMIT).unwrap()).collect()
    }

    #[test]
    fn one_wake_up_covers_the_completions_that_are_ready_together() {
        assert_eq!(order(true), ["ready", "ready", "ready", "woken"]);
    }

    #[test]
    fn a_queue_is_woken_immediately_if_no_other_call_is_in_flight() {
        assert_eq!(order(false), ["woken", "ready", "ready", "ready"]);
    }
}
