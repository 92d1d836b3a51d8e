"""How a network learns: preparing the reviews, the loss, the schedule, the trainer."""
