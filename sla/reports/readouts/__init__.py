"""Read-outs that fell due: a promise of both sides that belongs to campaigns and to no lead, so its
figure is counted over campaigns and opens campaigns."""
