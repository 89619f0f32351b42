import os
import signal
import threading

import pytest

from summarize.stopping import Stop, listening, shielded


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGUSR1", "SIGHUP"])
def test_a_signal_asks_to_stop_and_says_which_it_was(name: str) -> None:
    stop = Stop()
    before = signal.getsignal(getattr(signal, name))
    with listening(stop):
        os.kill(os.getpid(), getattr(signal, name))
        assert stop.reason == ("Ctrl-C was pressed" if name == "SIGINT" else f"{name} was received")
    assert signal.getsignal(getattr(signal, name)) is before


def test_a_second_ctrl_c_stops_at_once() -> None:
    stop = Stop()
    with listening(stop):
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_time_limit_is_not_moved_by_a_clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monotonic = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: monotonic[0])
    stop = Stop(time_limit=60)
    monkeypatch.setattr("time.time", lambda: -1e9)
    assert stop.reason is None
    monotonic[0] = 61
    assert stop.reason == "the time limit was reached"


def test_outside_the_main_thread_no_handler_is_installed() -> None:
    def listen() -> None:
        with listening(Stop()):
            pass

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_ctrl_c_that_a_script_passes_on_as_sigterm_too_is_one_request() -> None:
    stop = Stop()
    with listening(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.reason == "Ctrl-C was pressed"


def test_while_nothing_is_in_hand_any_signal_stops_at_once() -> None:
    stop = Stop()
    with listening(stop), stop.idle(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_hangup_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = Stop()
    try:
        with listening(stop):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert stop.reason is None


def test_what_is_sent_while_shielded_comes_afterwards() -> None:
    stop = Stop()
    with listening(stop):
        with shielded():
            os.kill(os.getpid(), signal.SIGUSR1)
            assert stop.reason is None
        assert stop.reason == "SIGUSR1 was received"
