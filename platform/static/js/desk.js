/* The desk: the board opens at the present moment, where it is wider than its place. */
(() => {
  const board = document.querySelector(".board");
  const now = board?.querySelector(".axis .now");
  if (!now) return;
  const head = board.querySelector(".axis .who").offsetWidth;
  const track = now.parentElement;
  board.scrollLeft = track.offsetLeft + now.offsetLeft - head - (board.clientWidth - head) / 3;
})();
