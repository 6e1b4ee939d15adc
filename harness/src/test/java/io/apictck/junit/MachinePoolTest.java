package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.tiny.TinyPlatform;
import io.apictck.tiny.TinyPlatform.Trouble;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mock;
import org.mockito.junit.jupiter.MockitoExtension;

@ExtendWith(MockitoExtension.class)
final class MachinePoolTest {
  private static final MachineRequest ONE = MachineRequest.of(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Mock private Function<MachineRequest, Platform> opener;

  @Test
  void lendsAPlatformToOneTestAtATime() {
    try (MachinePool pool = new MachinePool("tiny", opener)) {
      PooledPlatform first = pool.borrow(ONE);
      assertThat(pool.borrow(ONE)).isNotSameAs(first);
      pool.release(first);
      assertThat(pool.borrow(ONE)).isSameAs(first);
    }
    verify(opener, never()).apply(any());
  }

  @Test
  void keepsPlatformsApartByRequest() {
    try (MachinePool pool = new MachinePool("tiny", opener)) {
      PooledPlatform first = pool.borrow(ONE);
      pool.release(first);
      assertThat(pool.borrow(new MachineRequest(1, ONE.apicIds(), Set.of(Feature.X2APIC))))
          .isNotSameAs(first);
    }
  }

  @Test
  void closesWhatItOpened() throws Throwable {
    Platform platform = spy(new TinyPlatform(Trouble.NONE));
    when(opener.apply(ONE)).thenReturn(platform);
    MachinePool pool = new MachinePool("tiny", opener);
    PooledPlatform idle = pool.borrow(ONE);
    idle.call(idle::open, SECOND, SECOND);
    pool.release(idle);

    pool.close();

    verify(platform).close();
    assertThatThrownBy(() -> pool.borrow(ONE)).hasMessageContaining("the run is over");
  }

  @Test
  void closesWhatComesBackTooLate() throws Throwable {
    Platform platform = spy(new TinyPlatform(Trouble.NONE));
    when(opener.apply(ONE)).thenReturn(platform);
    MachinePool pool = new MachinePool("tiny", opener);
    PooledPlatform lent = pool.borrow(ONE);
    lent.call(lent::open, SECOND, SECOND);
    pool.close();
    verify(platform, never()).close();

    pool.release(lent);

    verify(platform).close();
  }

  @Test
  void closesThoseThatAreIdleLongestIfThereAreMany() throws Throwable {
    Platform platform = spy(new TinyPlatform(Trouble.NONE));
    when(opener.apply(ONE)).thenReturn(platform);
    try (MachinePool pool = new MachinePool("tiny", opener)) {
      PooledPlatform oldest = pool.borrow(ONE);
      oldest.call(oldest::open, SECOND, SECOND);
      pool.release(oldest);
      for (int processors = 2; processors <= 17; processors++) {
        verify(platform, never()).close();
        pool.release(pool.borrow(MachineRequest.of(processors)));
      }
      verify(platform).close();
    }
  }

  @Test
  void opensAndChecksOnce() throws Throwable {
    when(opener.apply(ONE)).thenReturn(new TinyPlatform(Trouble.NONE));
    PooledPlatform pooled = new PooledPlatform("tiny", ONE, opener);

    Platform platform = pooled.call(pooled::open, SECOND, SECOND);

    assertThat(pooled.call(pooled::open, SECOND, SECOND)).isSameAs(platform);
    verify(opener).apply(ONE);
    pooled.close();
  }

  @Test
  void closesAPlatformThatHangs() throws Throwable {
    TinyPlatform platform = spy(new TinyPlatform(Trouble.NONE));
    CountDownLatch closed = new CountDownLatch(1);
    doAnswer(
            ignored -> {
              closed.countDown();
              return null;
            })
        .when(platform)
        .close();
    doReturn(platform).when(opener).apply(ONE);
    PooledPlatform pooled = new PooledPlatform("tiny", ONE, opener);
    pooled.call(pooled::open, SECOND, SECOND);

    Duration soon = Duration.ofMillis(50);
    assertThatThrownBy(() -> pooled.call(() -> awaitUninterruptibly(closed), soon, soon))
        .isInstanceOf(TimeLimitException.class)
        .hasMessage("the platform did not answer within 0.05 s: it is abandoned");
    pooled.close();

    assertThat(closed.getCount()).isZero();
  }

  private static boolean awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // as a platform that does not listen
      }
    }
    return true;
  }
}
